import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LivePolicies, openPolicies, readPolicy } from '../../../src/compose/policy-file.ts';
import { YOLO_ACKNOWLEDGEMENT } from '../../../src/model/policy-set.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { silentLog, type Log } from '../../../src/ports/log.ts';
import { createMetrics } from '../../../src/process/metrics.ts';

let directory: string;
let file: string;
let lines: string[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mcpsession-policy-'));
  file = join(directory, 'policy.yaml');
  lines = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const say =
  (level: string) =>
  (message: string): void =>
    void lines.push(`${level}: ${message}`);
const log: Log = { ...silentLog, info: say('info'), warn: say('warn'), error: say('error') };

/** Each look happens when the test says so. */
async function opened(text: string) {
  await writeFile(file, text);
  const metrics = createMetrics({ version: 'test' });
  let wake = Promise.withResolvers<void>();
  let asleep = Promise.withResolvers<void>();
  const stop = new AbortController();
  const clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    async sleep() {
      asleep.resolve();
      await wake.promise;
    },
  } as unknown as Clock; // `keep` only sleeps
  const policies: LivePolicies = await openPolicies({ file, environment: {} }, { clock, log, metrics });
  const changes: string[] = [];
  policies.onChange((set) => changes.push(set.hash));
  const refusals: string[] = [];
  policies.onRefused((problems) => refusals.push(problems));
  const kept = policies.keep(stop.signal);
  const look = async () => {
    await asleep.promise;
    asleep = Promise.withResolvers();
    const { resolve } = wake;
    wake = Promise.withResolvers();
    resolve();
    await asleep.promise;
  };
  const end = async () => {
    stop.abort();
    wake.resolve();
    await kept;
  };
  return { policies, changes, refusals, look, end, metrics };
}

const maxPids = (policies: LivePolicies) => policies.current().profiles.sandbox.policy.limits.maxPids;

describe('the policy file while the programs run', () => {
  test('a changed file is in force at the next look, also when it was swapped by a link', async () => {
    const world = await opened('limits: {maxPids: 100}');
    expect(maxPids(world.policies)).toBe(100);
    await writeFile(join(directory, 'next.yaml'), 'limits: {maxPids: 200}');
    await symlink('next.yaml', join(directory, 'link'));
    await rename(join(directory, 'link'), file);
    await world.look();
    expect(maxPids(world.policies)).toBe(200);
    expect(world.changes).toEqual([world.policies.current().hash]);
    await world.end();
  });

  test('a bad file is refused whole: log, metric and listener say so once, and the policy before it stays', async () => {
    const world = await opened('limits: {maxPids: 100}');
    await writeFile(file, 'limits: {maxPids: 200, maxCpus: 9}');
    await world.look();
    await world.look();
    expect(maxPids(world.policies)).toBe(100);
    expect(world.changes).toEqual([]);
    expect(world.refusals).toEqual([expect.stringContaining('limits: "maxCpus" is not a setting')]);
    expect(lines).toEqual(['error: policy file refused; the policy before it stays in force']);
    expect(await world.metrics.render()).toContain('mcpsession_policy_valid 0');
    await writeFile(file, 'limits: {maxPids: 300}');
    await world.look();
    expect(maxPids(world.policies)).toBe(300);
    expect(await world.metrics.render()).toContain('mcpsession_policy_valid 1');
    await world.end();
  });

  test('a file that is gone changes nothing, and is told of once', async () => {
    const world = await opened('limits: {maxPids: 100}');
    await rm(file);
    await world.look();
    await world.look();
    expect(maxPids(world.policies)).toBe(100);
    expect(world.refusals).toHaveLength(1);
    await world.end();
  });

  test('other words for the same settings are no change', async () => {
    const world = await opened('limits: {maxPids: 100}');
    await writeFile(file, '# the same\nlimits:\n  maxPids: 100\n');
    await world.look();
    expect(world.changes).toEqual([]);
    await world.end();
  });

  test('S0.C1.08: rules that are switched off show in log and metric', async () => {
    const world = await opened(`yolo: {enabled: true, acknowledge: "${YOLO_ACKNOWLEDGEMENT}"}`);
    expect(lines).toEqual([expect.stringMatching(/^warn: YOLO: every safety rule is off/)]);
    expect(await world.metrics.render()).toContain('mcpsession_yolo_mode 1');
    await world.end();
  });
});

describe('the policy at start', () => {
  test('names every problem of file and environment at once', async () => {
    await writeFile(file, 'limits: {maxPids: 1}');
    await expect(readPolicy({ file, environment: { SAFETY_YOLO_MODE: 'x' } })).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringMatching(/SAFETY_YOLO_MODE: x: must be true or false\n.*limits.maxPids: 1 is not allowed/),
    });
  });

  test('S0.C2.03: the environment has the last word, in every profile', async () => {
    await writeFile(file, 'profiles: {production: {privileged: {allow: false}}}');
    const set = await readPolicy({ file, environment: { SAFETY_ALLOW_PRIVILEGED_CONTAINERS: 'true' } });
    expect(Object.values(set.profiles).map(({ policy }) => policy.privileged.allow)).toEqual([true, true, true, true]);
  });

  test('K-02: YOLO by its name in the source documents needs the acknowledgement as well', async () => {
    await expect(readPolicy({ file: null, environment: { SAFETY_YOLO_MODE: 'true' } })).rejects.toMatchObject({
      message: expect.stringContaining('needs yolo.acknowledge'),
    });
    const environment = { SAFETY_YOLO_MODE: 'true', SAFETY_YOLO_ACKNOWLEDGE: YOLO_ACKNOWLEDGEMENT };
    expect((await readPolicy({ file: null, environment })).yolo).toBe(true);
  });
});
