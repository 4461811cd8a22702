// What the role programs share, without a cluster.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { keepTrying } from '../../../src/compose/programs/keep-trying.ts';
import { afterDrain, serviceHosts } from '../../../src/compose/programs/open-program.ts';
import { podKubeConfig } from '../../../src/kube/in-cluster.ts';
import { type FaultKind, OperatorError } from '../../../src/lib/errors.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createManualClock } from '../process/manual-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a pod reaches the API server by the address of the kubelet, and reads its renewed token', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mcpsession-account-'));
  await writeFile(join(dir, 'token'), 'first');
  await writeFile(join(dir, 'ca.crt'), 'authority');
  vi.useFakeTimers({ toFake: ['Date'] });
  const kubeConfig = podKubeConfig({ apiServer: { host: 'fd00::1', port: 6443 }, serviceAccountDir: dir });
  const headers = async () => {
    const options: { headers?: Record<string, string>; ca?: Buffer } = {};
    await kubeConfig.applyToHTTPSOptions(options);
    expect(String(options.ca)).toBe('authority');
    return options.headers;
  };
  expect(kubeConfig.getCurrentCluster()?.server).toBe('https://[fd00::1]:6443');
  expect(await headers()).toMatchObject({ Authorization: 'Bearer first' });
  await writeFile(join(dir, 'token'), 'second');
  vi.setSystemTime(Date.now() + 61_000);
  expect(await headers()).toMatchObject({ Authorization: 'Bearer second' });
  await rm(dir, { recursive: true });
});

test.each<FaultKind>(['unavailable', 'timeout', 'forbidden', 'unauthenticated', 'not-found', 'rate-limited'])(
  'what others can mend is waited out: %s',
  async (kind) => {
    const clock = createManualClock();
    const told: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void told.push(message) };
    let attempts = 0;
    const act = async () => {
      attempts += 1;
      if (attempts < 4) throw new OperatorError(kind, 'not yet');
      return 'done';
    };
    const tried = keepTrying({ what: 'it', act }, { clock, random: () => 1, log }, new AbortController().signal);
    await clock.advance(60_000);
    expect(await tried).toBe('done');
    expect(told).toEqual(['waiting']); // once for one reason
  },
);

test.each<FaultKind>(['invalid', 'conflict', 'internal'])('what waiting does not mend ends it: %s', async (kind) => {
  const act = () => Promise.reject(new OperatorError(kind, 'for ever'));
  const parts = { clock: createManualClock(), random: () => 1, log: silentLog };
  await expect(keepTrying({ what: 'it', act }, parts, new AbortController().signal)).rejects.toMatchObject({ kind });
});

test('a stop ends the waiting', async () => {
  const stop = new AbortController();
  const act = () => Promise.reject(new OperatorError('unavailable', 'not yet'));
  const parts = { clock: createManualClock(), random: () => 1, log: silentLog };
  const tried = keepTrying({ what: 'it', act }, parts, stop.signal);
  stop.abort(new OperatorError('cancelled', 'stopped'));
  await expect(tried).rejects.toMatchObject({ message: expect.stringMatching(/stopped|not yet/) });
});

test('what serves behind a Service goes on for the drain time, and not a moment longer', async () => {
  const clock = createManualClock();
  const stop = new AbortController();
  const serving = afterDrain(stop.signal, 5, clock);
  await clock.advance(60_000);
  expect(serving.aborted).toBe(false);
  stop.abort();
  await clock.advance(4_999);
  expect(serving.aborted).toBe(false);
  await clock.advance(1);
  expect(serving.aborted).toBe(true);
});

test('a stop that was asked for before the start leaves nothing to drain', () => {
  expect(afterDrain(AbortSignal.abort(), 5, createManualClock()).aborted).toBe(true);
});

test('a Service is reached by its four names, and a port-forward by loopback', () => {
  expect(serviceHosts({ name: 'web', namespace: 'ops' })).toEqual([
    'web',
    'web.ops',
    'web.ops.svc',
    'web.ops.svc.cluster.local',
    'localhost',
    '127.0.0.1',
  ]);
});
