import { array, assert, constantFrom, property, record } from 'fast-check';
import { expect, test } from 'vitest';

import { createSharedParts } from '../../../src/kube/shared-parts.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

/** As a parser makes it: nothing of one session is part of another. */
function aReadySession(name: string, image = 'mcps.local/busybox:1'): McpSession {
  const at = '2026-01-31T12:00:00Z';
  const session: McpSession = {
    meta: {
      name,
      namespace: 'team-a',
      uid: `uid-of-${name}`,
      resourceVersion: '42',
      generation: 1,
      creationMs: 1_769_860_800_000,
      deletionMs: null,
      finalizers: ['mcpsession.dev/container'],
      labels: { app: 'agents' },
      annotations: { 'mcpsession.dev/owner': 'agent@example.com' },
    },
    spec: aSessionSpec({ image }),
    problems: [],
    status: {
      conditions: [{ type: 'Ready', status: 'True', reason: 'Running', message: name, lastTransitionTime: at }],
      container: { id: name, shortId: name, imageDigest: `local:${image}`, runtime: 'runc', startedAt: at },
      isolation: { controls: [{ id: 'user', want: '1001:1001', got: '1001:1001', ok: true }], digest: 'sha256:cd' },
      policy: { profile: 'sandbox', hash: 'sha256:ab' },
      grantedExpiry: at,
    },
  };
  return structuredClone(session);
}

test('changes nothing that anybody can see', () => {
  const share = createSharedParts();
  for (const name of ['a', 'b', 'a']) expect(share(aReadySession(name))).toEqual(aReadySession(name));
  const bare = { ...aReadySession('c'), spec: null, status: {} };
  expect(share(bare)).toEqual(bare);
});

test('what two sessions have in common is kept once', () => {
  const share = createSharedParts();
  const one = share(aReadySession('a'));
  const other = share(aReadySession('b'));
  expect(other.spec?.security).toBe(one.spec?.security);
  expect(other.meta.annotations).toBe(one.meta.annotations);
  expect(other.status.isolation?.controls[0]).toBe(one.status.isolation?.controls[0]);
  expect(other.status.policy).toBe(one.status.policy);
});

test('a text that looks like a part is not taken for it, nor a part for another one', () => {
  const json = constantFrom('{"ttlSeconds":60}', JSON.stringify(aSessionSpec().lifetime), '[]', '{}', '');
  const session = record({ workingDir: json, image: json, ttlSeconds: constantFrom(60, 61), name: json });
  assert(
    property(array(session), (given) => {
      const share = createSharedParts();
      for (const { workingDir, image, ttlSeconds, name } of given) {
        const { spec, ...rest } = aReadySession(name);
        if (spec === null) throw new Error('it has a spec');
        const lifetime = { ...spec.lifetime, ttlSeconds };
        const made = { ...rest, spec: { ...spec, workingDir, image, lifetime } };
        expect(share(made)).toEqual(made);
      }
    }),
  );
});

test('parts that no two sessions have do not pile up', () => {
  const share = createSharedParts();
  const first = share(aReadySession('first')).spec;
  const base = aReadySession('s');
  for (let index = 0; index < 5_000; index += 1) {
    share({ ...base, meta: { ...base.meta, labels: { task: String(index) } } });
  }
  // Forgotten at some time, since kept for ever means without a bound.
  expect(share(aReadySession('last')).spec?.security).not.toBe(first?.security);
});
