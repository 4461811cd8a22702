// What people read when a session is refused: the exact words of kubectl for every file of examples/denied, from a real API
// server with the admission floor and the webhook. To write them anew: this file with --update, at the end of the command line.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdmissionRig, openAdmissionRig } from './admission-rig.ts';

const FOLDER = 'examples/denied';
const folder = join(import.meta.dirname, '../../..', FOLDER);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
let rig: AdmissionRig;

beforeAll(async () => {
  rig = await openAdmissionRig();
});
afterAll(() => rig.close());

test.each(files)('%s', async (file) => {
  const { code, stdout, stderr } = await rig.server.kubectl(['apply', '-f', join(folder, file)]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const words = stderr.replaceAll(`${folder}/`, `${FOLDER}/`);
  const golden = join(folder, file.replace(/\.yaml$/, '.out'));
  await expect(`$ kubectl apply -f ${FOLDER}/${file}\n${words}`).toMatchFileSnapshot(golden);
});
