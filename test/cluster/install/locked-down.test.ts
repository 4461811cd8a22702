// What the programs of the operator really are on a node: read from the kernel, not from the chart.

import { readFile } from 'node:fs/promises';

import { beforeAll, describe, expect, test } from 'vitest';

import { pidsOf } from '../support/processes.ts';
import { ensureInstalled } from './support/helm.ts';
import { type Part, PROGRAM } from './support/pods.ts';

const PARTS: readonly Part[] = ['controller', 'placement', 'webhook', 'frontend'];
const USER: Readonly<Record<Part, string>> = {
  controller: '0',
  placement: '65532',
  webhook: '65532',
  frontend: '65532',
};

interface Seen {
  readonly part: Part;
  /** Of /proc/PID/status. */
  readonly status: Readonly<Record<string, string>>;
  /** Lines of /proc/PID/mounts: what is mounted, where, type, options. */
  readonly mounts: readonly (readonly string[])[];
}

let programs: readonly Seen[];
beforeAll(async () => {
  await ensureInstalled();
  const seen = PARTS.map(async (part) => (await pidsOf(`${PROGRAM} ${part} `)).map((pid) => look(part, pid)));
  programs = await Promise.all((await Promise.all(seen)).flat());
});

test('S1.DEP.01: there are two controllers, two webhooks, a placement and a front end', () => {
  const parts = programs.map(({ part }) => part).toSorted();
  expect(parts).toEqual(['controller', 'controller', 'frontend', 'placement', 'webhook', 'webhook']);
});

describe.each(PARTS)('the %s', (part) => {
  const all = (): readonly Seen[] => programs.filter((seen) => seen.part === part);

  test('S1.DEP.03: runs as the user that it needs', () => {
    for (const { status } of all()) expect(status['Uid']).toBe(Array(4).fill(USER[part]).join('\t'));
  });

  test('S1.DEP.06, S4.T1.01: has no capability and can get none', () => {
    for (const { status } of all())
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status[set], set).toMatch(/^0+$/);
  });

  test('S1.DEP.05: can gain no privilege, and its system calls are filtered', () => {
    for (const { status } of all()) expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' });
  });

  test('S1.DEP.04: cannot write to its root', () => {
    for (const { mounts } of all()) expect(optionsAt(mounts, '/')).toContain('ro');
  });
});

test('S1.DEP.02, S4.CFG.05: the directory of the engine is in the controllers alone, and read-only', () => {
  for (const { part, mounts } of programs) {
    if (part === 'controller') expect(optionsAt(mounts, '/host/docker')).toContain('ro');
    else expect(mounts.filter(([, at]) => at?.startsWith('/host') === true)).toEqual([]);
  }
});

async function look(part: Part, pid: number): Promise<Seen> {
  const [status, mounts] = await Promise.all(
    ['status', 'mounts'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8')),
  );
  const fields = (status ?? '').split('\n').map((line) => /^(\w+):\t?(.*)$/.exec(line));
  return {
    part,
    status: Object.fromEntries(fields.map((field) => [field?.[1] ?? '', field?.[2] ?? ''])),
    mounts: (mounts ?? '').split('\n').map((line) => line.split(' ')),
  };
}

/** Of the last thing that is mounted there. */
const optionsAt = (mounts: Seen['mounts'], point: string): readonly string[] =>
  mounts.findLast(([, at]) => at === point)?.[3]?.split(',') ?? [];
