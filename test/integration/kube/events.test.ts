import { afterAll, beforeAll, expect, test } from 'vitest';

import { createSessionEvents } from '../../../src/kube/session-events.ts';
import { createSessionStore } from '../../../src/kube/session-store.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never, SPEC } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
let namespace: string;

beforeAll(async () => {
  namespace = await server.newNamespace();
});
afterAll(() => client.close());

test('events show in kubectl, and repeats are counted', async () => {
  const request = { namespace, name: 's1', spec: SPEC, annotations: {}, dryRun: false };
  const { session } = await createSessionStore(client).create(request, never);
  const from = { component: 'mcpsession-controller', instance: 'node-1' };
  const events = createSessionEvents({ client, ...from, clock: systemClock, log: silentLog, signal: never });
  events.record(session, { reason: 'Started', message: 'container started' });
  await events.flush(never);
  for (let i = 0; i < 2; i += 1) {
    events.record(session, { reason: 'ImagePullFailed', message: 'no such image' });
    await events.flush(never);
  }
  const { stdout } = await server.kubectl(['events', '--for', 'mcpsession/s1', '-n', namespace]);
  expect(stdout).toMatch(/Normal\s+Started\s+McpSession\/s1\s+container started/);
  expect(stdout).toMatch(/\(x2 over \S+\)\s+Warning\s+ImagePullFailed\s+McpSession\/s1\s+no such image/);
  const described = await server.kubectl(['describe', 'mcps', 's1', '-n', namespace]);
  expect(described.stdout).toMatch(/Warning\s+ImagePullFailed.*mcpsession-controller/);
});
