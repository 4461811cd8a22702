import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { createLeaseStore } from '../../../src/kube/lease-store.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { runAsLeader } from '../../../src/process/leader.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
let namespace: string;
const store = () => createLeaseStore({ client, namespace, clock: systemClock });

beforeAll(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

test('creates, renews and lists leases; the slower of two writers is told', async () => {
  const leases = store();
  expect(await leases.read('node-a', never)).toBe(null);
  const mine = { holder: 'a', durationSeconds: 15 };
  const created = await leases.write('node-a', { ...mine, resourceVersion: null }, never);
  expect(created).toMatchObject(mine);
  await expect(leases.write('node-a', { ...mine, resourceVersion: null }, never)).rejects.toMatchObject({
    kind: 'already-exists',
  });
  const renewed = await leases.write('node-a', { ...mine, resourceVersion: created.resourceVersion }, never);
  expect(renewed.renewTime).not.toBe(created.renewTime);
  const late = leases.write('node-a', { ...mine, resourceVersion: created.resourceVersion }, never);
  await expect(late).rejects.toMatchObject({ kind: 'conflict' });
  await leases.write('other', { ...mine, resourceVersion: null }, never);
  expect(await leases.list('node-', never)).toEqual(new Map([['node-a', renewed]]));
});

test('a lease can be given back', async () => {
  const leases = store();
  const { resourceVersion } = await leases.write(
    'back',
    { holder: 'a', durationSeconds: 15, resourceVersion: null },
    never,
  );
  await leases.write('back', { holder: '', durationSeconds: 1, resourceVersion }, never);
  expect((await leases.read('back', never))?.holder).toBe('');
});

test('one of two candidates leads, and the other takes over when it stops', async () => {
  const durations = { leaseMs: 3_000, renewEveryMs: 200, renewDeadlineMs: 2_000, retryMs: 50 };
  const leading = new Set<string>();
  let most = 0;
  const candidate = (identity: string) => {
    const stop = new AbortController();
    const lead = async (signal: AbortSignal): Promise<void> => {
      leading.add(identity);
      most = Math.max(most, leading.size);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      leading.delete(identity);
    };
    const claim = { leases: store(), name: 'placement', identity, durations, clock: systemClock, log: silentLog, lead };
    return { stop, running: runAsLeader(claim, stop.signal) };
  };
  const candidates = { a: candidate('a'), b: candidate('b') };
  await vi.waitFor(() => expect(leading.size).toBe(1), { timeout: 5_000 });
  const [first] = [...leading] as ['a' | 'b'];
  const second = first === 'a' ? 'b' : 'a';
  candidates[first].stop.abort(new Error('stop'));
  await candidates[first].running;
  await vi.waitFor(() => expect([...leading]).toEqual([second]), { timeout: 5_000 });
  candidates[second].stop.abort(new Error('stop'));
  await candidates[second].running;
  expect(most).toBe(1);
});
