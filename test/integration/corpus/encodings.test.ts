// The spellings of test/corpus/encodings at the real API server and the real kubectl: what `check` accepts is what they store, and
// nothing that any of them makes of a text is admitted that the rules refuse.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readingAtCheck } from '../../corpus/encodings/at-check.ts';
import type { EncodingCase, Reading } from '../../corpus/encodings/case.ts';
import { jsonEncodings, yamlEncodings } from '../../corpus/encodings/index.ts';
import { idsIn } from '../../corpus/gates.ts';
import { idsOfAnswer, inParallel, sessionsPath } from './raw-api.ts';
import { type CorpusRig, openCorpusRig } from './rig.ts';

const NAMESPACE = 'sandbox';
const MINUTES_MS = 240_000;
/** kubectl is a large program to start. */
const KUBECTL_PARALLEL = 3;

let rig: CorpusRig;
beforeAll(async () => {
  rig = await openCorpusRig();
});
afterAll(() => rig.close());

/** `spec` is null when nothing would be stored. */
interface Read {
  readonly reading: Reading;
  readonly spec: unknown;
}

async function atServer({ text }: EncodingCase, contentType: string, query = '&fieldValidation=Strict'): Promise<Read> {
  const path = `${sessionsPath(NAMESPACE)}?dryRun=All${query}`;
  const answer = await rig.api.request({ method: 'POST', path, body: text, contentType });
  const { status, body } = answer;
  if (status < 300) return { reading: [], spec: body['spec'] };
  return { reading: idsOfAnswer(answer), spec: null };
}

function atKubectl({ text }: EncodingCase): Promise<Read> {
  const { kubeconfig, kubectl } = rig.up.ready;
  const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(rig.up.stateDir, 'test-kubectl-cache') };
  const argv = ['create', '--dry-run=server', '-n', NAMESPACE, '-o', 'json', '-f', '-'];
  return new Promise((resolve) => {
    const child = execFile(kubectl, argv, { env }, (error, stdout, stderr) => {
      if (error === null) return resolve({ reading: [], spec: (JSON.parse(stdout) as { spec: unknown }).spec }); // a session
      const ids = idsIn(stderr);
      return resolve({ reading: ids.length > 0 ? ids : ['SCHEMA'], spec: null });
    });
    child.stdin?.on('error', () => {}); // it may end before it has read everything
    child.stdin?.end(text);
  });
}

/** A server has no word for what it cannot read but that it is no object of its schema. */
const inWordsOfServer = (reading: Reading): Reading => (reading === 'unreadable' ? ['SCHEMA'] : reading);

describe.each([
  { kind: 'YAML', cases: yamlEncodings, contentType: 'application/yaml' },
  { kind: 'JSON', cases: jsonEncodings, contentType: 'application/json' },
])('security.md 11 class 13: $kind', ({ cases, contentType }) => {
  test(
    'the API server makes of every text what the table says, and check nothing else',
    async () => {
      const read = await inParallel(8, cases, (given) => atServer(given, contentType));
      expect(readings(cases, read)).toEqual(
        cases.map(({ title, server }) => ({ title, reading: inWordsOfServer(server) })),
      );
      expect(otherThanCheck(cases, read)).toEqual([]);
    },
    MINUTES_MS,
  );

  test(
    'without strict field validation it stores what the rules accept, or nothing',
    async () => {
      const read = await inParallel(8, cases, (given) => atServer(given, contentType, ''));
      const privileged = read.filter(({ spec }) => isDangerous(spec));
      expect(privileged).toEqual([]);
    },
    MINUTES_MS,
  );

  test(
    'kubectl makes of every text what the table says, and check nothing else',
    async () => {
      const read = await inParallel(KUBECTL_PARALLEL, cases, atKubectl);
      expect(readings(cases, read)).toEqual(
        cases.map(({ title, server, kubectl = server }) => ({ title, reading: inWordsOfServer(kubectl) })),
      );
      expect(otherThanCheck(cases, read)).toEqual([]);
    },
    MINUTES_MS,
  );
});

const readings = (cases: readonly EncodingCase[], read: readonly Read[]) =>
  cases.map(({ title }, index) => ({ title, reading: read[index]?.reading }));

/** Titles of texts that `check` and the other both accept, and of which they have read two things. */
const otherThanCheck = (cases: readonly EncodingCase[], read: readonly Read[]): readonly string[] =>
  cases.flatMap(({ title, text }, index) => {
    const here = readingAtCheck(text).spec;
    const there = read[index]?.spec ?? null;
    return here === null || there === null || isSame(here, there) ? [] : [title];
  });

function isSame(left: unknown, right: unknown): boolean {
  try {
    expect(right).toEqual(left);
    return true;
  } catch {
    return false;
  }
}

/** Whether a stored spec has what some text of the tables asks for and no session may have. */
function isDangerous(spec: unknown): boolean {
  const { security, user } = (spec ?? {}) as { security?: { privileged?: unknown }; user?: { uid?: unknown } }; // a stored spec
  return security?.privileged === true || user?.uid === 0;
}
