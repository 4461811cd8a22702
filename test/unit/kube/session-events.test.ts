import { expect, test } from 'vitest';

import { OperatorError } from '../../../src/lib/errors.ts';
import { parseSession } from '../../../src/kube/parse-session.ts';
import { recordOf } from '../../../src/kube/raw-object.ts';
import { createSessionEvents } from '../../../src/kube/session-events.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { createManualClock } from '../process/manual-clock.ts';
import { createFakeClient } from './fake-client.ts';
import type { KubeRequest } from '../../../src/kube/kube-client.ts';

const { signal } = new AbortController();
const session = parseSession({
  metadata: { name: 's1', namespace: 'team-a', uid: 'u1', resourceVersion: '7' },
  spec: { image: 'busybox' },
}) as McpSession; // it has a name, a uid and a version

function setUp(respond: (request: KubeRequest) => unknown = () => ({})) {
  const clock = createManualClock(Date.UTC(2026, 0, 31, 12));
  const client = createFakeClient(respond);
  const options = { component: 'mcpsession-controller', instance: 'node-1', clock, log: silentLog, signal };
  const events = createSessionEvents({ client, ...options });
  const record = (message = 'started') => events.record(session, { reason: 'Started', message });
  const written = () =>
    client.requests.map(({ method, body }) => `${method} ${JSON.stringify(recordOf(body)['series'] ?? null)}`);
  return { clock, client, events, record, written };
}

test('writes an event that kubectl describe finds', async () => {
  const { client, events, record } = setUp();
  record();
  await events.flush(signal);
  expect(client.requests).toEqual([
    {
      method: 'POST',
      path: '/apis/events.k8s.io/v1/namespaces/team-a/events',
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { namespace: 'team-a', name: expect.stringMatching(/^s1\.[0-9a-f]+$/) },
        eventTime: '2026-01-31T12:00:00.000000Z',
        reportingController: 'mcpsession-controller',
        reportingInstance: 'node-1',
        action: 'Started',
        reason: 'Started',
        type: 'Normal',
        note: 'started',
        regarding: {
          apiVersion: 'mcpsession.dev/v1alpha1',
          kind: 'McpSession',
          namespace: 'team-a',
          name: 's1',
          uid: 'u1',
          resourceVersion: '7',
        },
      },
    },
  ]);
});

test('repeats are counted: the second at once, then every thirty seconds', async () => {
  const { clock, events, record, written } = setUp();
  for (let i = 0; i < 2; i += 1) {
    record();
    await events.flush(signal);
  }
  for (let i = 0; i < 10; i += 1) record();
  await events.flush(signal);
  await clock.advance(30_000);
  record();
  await events.flush(signal);
  expect(written()).toEqual([
    'POST null',
    'PATCH {"count":2,"lastObservedTime":"2026-01-31T12:00:00.000000Z"}',
    'PATCH {"count":13,"lastObservedTime":"2026-01-31T12:00:30.000000Z"}',
  ]);
});

test('after ten quiet minutes it is a new event', async () => {
  const { clock, events, record, written } = setUp();
  record();
  await events.flush(signal);
  await clock.advance(600_001);
  record();
  await events.flush(signal);
  expect(written()).toEqual(['POST null', 'POST null']);
});

test('an event that the server has forgotten is made anew', async () => {
  const { events, record, written } = setUp(({ method }) => {
    if (method === 'PATCH') throw new OperatorError('not-found', 'expired');
    return {};
  });
  record();
  await events.flush(signal);
  record();
  await events.flush(signal);
  expect(written().map((line) => line.split(' ')[0])).toEqual(['POST', 'PATCH', 'POST']);
});

test('a server that is away loses events, and nothing else happens', async () => {
  const { events, record } = setUp(() => {
    throw new OperatorError('unavailable', 'away');
  });
  for (let i = 0; i < 2_000; i += 1) record(`message ${i}`);
  await events.flush(signal);
});
