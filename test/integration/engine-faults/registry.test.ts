// F23: a registry that is down, silent, or sends what was not asked for.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { fixedPolicies } from '../../support/policies.ts';
import { useFaultRig } from './rig.ts';

let answer: (request: IncomingMessage, response: ServerResponse) => void = () => {};
const registry = createServer((request, response) => answer(request, response));
await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
const address = `127.0.0.1:${(registry.address() as AddressInfo).port}`; // it listens on TCP
const policies = fixedPolicies({ images: { allow: [address, 'mcps.local'] } });
const rig = useFaultRig({ sharedEngine: true, policies });

afterAll(() => {
  registry.closeAllConnections();
  registry.close();
});

test('a registry that is silent keeps nobody else waiting, and its session can go at once', async () => {
  answer = () => {};
  const waits = rig.put({ image: `${address}/team/slow:1` });
  await rig.until(waits, 'PullingImage');
  const other = rig.put();
  await rig.until(other, 'Running');
  rig.end(waits);
  expect(await rig.untilGone(waits)).toBeLessThan(10_000);
  rig.end(other);
  await rig.untilGone(other);
});

test('content that does not have the digest which was asked for is refused', async () => {
  const wanted = `sha256:${'ab'.repeat(32)}`;
  const other = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: {},
    layers: [],
  });
  answer = (_request, response) => {
    const digest = `sha256:${createHash('sha256').update(other).digest('hex')}`;
    response.writeHead(200, {
      'content-type': 'application/vnd.docker.distribution.manifest.v2+json',
      'docker-content-digest': digest,
      'docker-distribution-api-version': 'registry/2.0',
    });
    response.end(other);
  };
  const session = rig.put({ image: `${address}/team/tool@${wanted}` });
  const told = await rig.until(session, 'ImagePullFailed');
  expect(told.message).toContain('digest');
  rig.end(session);
  await rig.untilGone(session);
});

test('a registry that is down is told with its own words, and tried again', async () => {
  answer = (request) => void request.socket.destroy();
  const session = rig.put({ image: `${address}/team/away:1` });
  const told = await rig.until(session, 'ImagePullFailed');
  expect(told.message).toContain('check spec.image and the registry');
  rig.end(session);
  await rig.untilGone(session);
});
