// What must be refused is refused by the webhook behind its Service, in the words that examples/denied shows.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';

import { Api } from '../../../hack/cluster/api.ts';
import { kubectl, kubectlRefusal } from '../support/cluster-command.ts';
import { ensureInstalled } from './support/helm.ts';
import { pathOf } from './support/sessions.ts';

const FOLDER = 'examples/denied';
const folder = join(import.meta.dirname, '../../..', FOLDER);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const wordsOf = (file: string): string => readFileSync(join(folder, file.replace(/\.yaml$/, '.out')), 'utf8');

interface Status {
  readonly reason: string;
  readonly message: string;
  readonly details: { readonly causes: readonly { readonly message: string }[] };
}

let api: Api;
beforeAll(async () => {
  await ensureInstalled();
  api = await Api.open();
});
afterAll(() => api.close());

test.each(files)('%s is refused, each cause in the words of the example', async (file) => {
  const body: unknown = parse(readFileSync(join(folder, file), 'utf8'));
  const answer = await api.ask({ method: 'POST', path: pathOf('default'), body, withinMs: 30_000 });
  const { reason, message, details } = answer.body as Status; // of an API server
  expect({ status: answer.status, reason }).toEqual({ status: 422, reason: 'Invalid' });
  expect(details.causes.length).toBeGreaterThan(0);
  for (const cause of details.causes) expect(wordsOf(file)).toContain(cause.message);
  expect(message).not.toContain('\n');
});

test.each(['mcps-101-privileged.yaml', 'mcps-803-denied-command.yaml'])(
  'kubectl prints for %s exactly what the example shows',
  async (file) => {
    const words = await kubectlRefusal('apply', '-f', join(folder, file));
    expect(`$ kubectl apply -f ${FOLDER}/${file}\n${words.replaceAll(`${folder}/`, `${FOLDER}/`)}`).toBe(wordsOf(file));
  },
);

test('none of them is there', async () => {
  expect(await kubectl('get', 'mcps', '-n', 'default', '-o', 'name')).toBe('');
});
