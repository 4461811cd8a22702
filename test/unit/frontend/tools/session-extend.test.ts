import { expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import { ALICE, BOB, condition, frontendWorld, sessionNamed } from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

const session = sessionNamed({ name: 's1', owner: ALICE.username });
const setUp = () => frontendWorld({ sessions: [session] });
const extend = (world: ReturnType<typeof setUp>, ttlSeconds: number, caller = ALICE) =>
  callTool(world, { caller, name: 'session_extend', args: { session: 's1', ttl_seconds: ttlSeconds } });
const ttlOf = (world: ReturnType<typeof setUp>) => world.sessions.stored.get('agents/s1')?.spec?.lifetime.ttlSeconds;

test('gives more time, counted from the creation, and the same again changes nothing', async () => {
  const world = setUp();
  const answer = await extend(world, 7200);
  expect(answer.structured).toEqual({ session: 's1', expires_at: '2026-11-20T19:00:00Z' });
  expect(ttlOf(world)).toBe(7200);
  world.sessions.extendFault = new OperatorError('internal', 'nothing may be written');
  expect((await extend(world, 7200)).structured).toEqual(answer.structured);
});

test('another writer in between is no reason to give up', async () => {
  const world = setUp();
  world.sessions.extendFault = new OperatorError('conflict', 'the object has been modified');
  expect((await extend(world, 7200)).structured).toMatchObject({ expires_at: '2026-11-20T19:00:00Z' });
});

test('above the maximum of the policy it is refused with the rule, and nothing changes', async () => {
  const world = setUp();
  const answer = await extend(world, 2_592_000);
  expect(answer.text).toMatch(/^\[POLICY_DENIED\] MCPS-401 spec\.lifetime\.ttlSeconds: /);
  expect(ttlOf(world)).toBe(3600);
});

test('what admission says is passed on', async () => {
  const world = setUp();
  world.sessions.extendFault = new OperatorError('invalid', 'MCPS-401: above 5000');
  expect((await extend(world, 7200)).text).toBe(
    '[POLICY_DENIED] Admission refused the change: MCPS-401: above 5000. Next: call session_extend with a ttl_seconds that the policy allows, or ask an admin.',
  );
});

test('less time is no extension', async () => {
  const world = setUp();
  expect((await extend(world, 60)).text).toContain('[INVALID_ARGUMENT] ttl_seconds 60 is less than the 3600');
  expect(ttlOf(world)).toBe(3600);
});

test('a session that has ended stays ended', async () => {
  const conditions = [
    condition('Ready', 'False', 'SessionExpired'),
    condition('Finished', 'True', 'SessionExpired', 'its time is over'),
  ];
  const ended = sessionNamed({ name: 's1', owner: ALICE.username, status: { conditions } });
  const world = frontendWorld({ sessions: [ended] });
  expect((await extend(world, 7200)).text).toContain(
    '[SESSION_EXPIRED] Session "s1" has ended (SessionExpired): its time is over.',
  );
});

test('a session of somebody else is not there', async () => {
  const world = setUp();
  expect((await extend(world, 7200, BOB)).text).toContain('[SESSION_NOT_FOUND]');
  expect(ttlOf(world)).toBe(3600);
});
