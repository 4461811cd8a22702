// Masked and read-only paths of /proc and /sys on the real engine: told by its own answer, and looked at from inside, by the user of a
// session and by root. The same without them shows that there is something to hide.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../../../src/rules/default-paths.ts';
import { type LockedDownSpec, lockDown } from '../../../src/rules/lock-down.ts';
import {
  aSessionContainer,
  engineSocket,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
} from '../../support/docker.ts';
import { aPolicy } from '../../support/judgement.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';
import { runToEnd } from '../../support/run-to-end.ts';

const cluster = newClusterId();
const nodeName = 'node-1';
const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });

/** Settings of the kernel below the read-only paths. Opened for writing and closed again: nothing is written. */
const SETTINGS = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/hostname',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/vm/overcommit_memory',
  '/proc/irq/default_smp_affinity',
  '/proc/sysrq-trigger',
] as const;

/** Of masked paths: absent, hidden (empty) or shown; of settings: absent, refused or writable; which read-only paths there are; all mounts. */
const LOOK = `
look() {
  [ -e "$1" ] || { echo "$1 absent"; return; }
  if [ -d "$1" ]; then found=$(ls -A "$1" | wc -l); else found=$(head -c 1 "$1" 2>/dev/null | wc -c); fi
  if [ "$found" -eq 0 ]; then echo "$1 hidden"; else echo "$1 shown"; fi
}
open() {
  [ -e "$1" ] || { echo "$1 absent"; return; }
  if (: >>"$1") 2>/dev/null; then echo "$1 writable"; else echo "$1 refused"; fi
}
for path in ${DEFAULT_MASKED_PATHS.join(' ')}; do look "$path"; done
for path in ${SETTINGS.join(' ')}; do open "$path"; done
for path in ${DEFAULT_READONLY_PATHS.join(' ')}; do if [ -e "$path" ]; then echo "there:$path yes"; fi; done
while read -r _ _ _ _ point options _; do echo "mount:$point $options"; done </proc/self/mountinfo
`;

const aSpec = (change: Partial<ContainerSpec>): Promise<ContainerSpec> =>
  aSessionContainer({ cluster, nodeName, change: { entrypoint: ['/bin/sh', '-c'], command: [LOOK], ...change } });

function approved(spec: ContainerSpec): LockedDownSpec {
  const judged = lockDown(spec, aPolicy({ rootUser: { allow: true } }));
  if (!judged.ok) throw new Error(judged.error.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return judged.value;
}

async function lookFrom(id: string): Promise<ReadonlyMap<string, string>> {
  const { exitCode, stdout, stderr } = await runToEnd(id);
  if (exitCode !== 0) throw new Error(`the look ended with ${exitCode}: ${stderr}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

const ROOT = '0:0';
const ROOT_DIFFERS = ['Config.User', 'process.Uid', 'process.Gid'];

beforeAll(async () => void (await sessionImage()));
afterAll(() => removeAllOf(cluster));

describe.each(['1001:1001', ROOT])('security.md 4.2: in a container of user %s', (user) => {
  let id: string;
  let found: ReadonlyMap<string, string>;
  beforeAll(async () => {
    const spec = await aSpec({ user });
    if (user === ROOT) allowDifferences({ uid: spec.identity.uid, what: ROOT_DIFFERS });
    ({ id } = await engine.create(approved(spec), AbortSignal.timeout(30_000)));
    found = await lookFrom(id);
  });

  test('the engine has both lists, word for word', async () => {
    const { HostConfig } = await rawDocker().getContainer(id).inspect();
    expect(HostConfig).toMatchObject({ MaskedPaths: DEFAULT_MASKED_PATHS, ReadonlyPaths: DEFAULT_READONLY_PATHS });
  });

  test.each(DEFAULT_MASKED_PATHS)('%s holds nothing, or this kernel does not have it', (path) => {
    expect(['hidden', 'absent']).toContain(found.get(path));
    expect(found.has(`mount:${path}`)).toBe(found.get(path) === 'hidden');
  });

  test.each(SETTINGS)('S3.T5.07: %s cannot be opened for writing', (path) => {
    expect(['refused', 'absent']).toContain(found.get(path));
  });

  test.each(DEFAULT_READONLY_PATHS)('%s is a mount of its own, read-only, where this kernel has it', (path) => {
    const options = found.get(`mount:${path}`)?.split(',');
    if (found.has(`there:${path}`)) expect(options).toContain('ro');
  });
});

test('positive control: without the lists root sees and opens what they hide', async () => {
  const spec = await aSpec({ user: ROOT });
  const { uid } = spec.identity;
  expectDifferences({ uid, what: ['HostConfig.MaskedPaths', 'HostConfig.ReadonlyPaths', 'Config.User'] });
  allowDifferences({ uid, what: ['process.*', 'mountinfo[*'] });
  const { name, body } = toCreateRequest({ ...approved(spec), maskedPaths: [], readonlyPaths: [] });
  const container = await rawDocker().createContainer({ name, ...body });
  const found = await lookFrom(container.id);
  expect(found.get('/proc/interrupts')).toBe('shown');
  expect(found.get('/proc/sys/kernel/core_pattern')).toBe('writable');
  expect(found.get('/proc/sys/kernel/hostname')).toBe('writable');
  expect([...found.keys()].filter((key) => /^mount:\/proc\/|^mount:\/sys\/firmware/.test(key))).toEqual([]);
});
