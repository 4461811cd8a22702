import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import { refusalOf } from '../../../src/plan/refusal.ts';
import { aStoredSession } from '../../support/story.ts';

test('S0.C1.06: a session that no node has is told of the rules that refuse it, not of nodes that lack its runtime', () => {
  const refused = refusalOf(aStoredSession({ security: { runtime: 'runsc' } }), defaultPolicy());
  expect(refused).toMatchObject({ reason: 'PolicyRejected' });
  expect(refused?.message).toContain('[MCPS-107]');
});

test('a session that may run is left to wait for a node, and one that cannot be read to whoever reads it', () => {
  expect(refusalOf(aStoredSession(), defaultPolicy())).toBeNull();
  expect(refusalOf({ ...aStoredSession(), spec: null }, defaultPolicy())).toBeNull();
});
