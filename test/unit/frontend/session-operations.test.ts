import { describe, expect, test } from 'vitest';
import { type FaultKind, OperatorError } from '../../../src/lib/errors.ts';
import { err } from '../../../src/lib/result.ts';
import type { OperationName } from '../../../src/model/node-operations.ts';
import type { SessionStatus } from '../../../src/model/session.ts';
import { faultOfToolError } from '../../../src/frontend/fault-mapping.ts';
import { nodeRefusal } from '../../../src/frontend/node-refusal.ts';
import type { NodeSession } from '../../../src/ports/node-access.ts';
import { ALICE, BOB, frontendWorld, sessionNamed } from '../../support/frontend-fakes.ts';

const never = new AbortController().signal;
const SESSIONS = [sessionNamed({ name: 's1', owner: ALICE.username })];
const CLAIM = { namespace: 'agents', name: 's1', uid: null };
const STAT = { kind: 'file', size: 1, mode: 0o644, modifiedMs: 0 } as const;
const FINISHED: SessionStatus = {
  conditions: [{ type: 'Finished', status: 'True', reason: 'Exited', message: 'it exited', lastTransitionTime: '' }],
  assignment: { nodeName: 'node-1', attempt: 1, instanceGeneration: 1, assignedAt: '' },
};

describe('an operation in a session', () => {
  test('reaches the node of the session with the caller and the UID', async () => {
    const world = frontendWorld({ sessions: SESSIONS });
    const asked: { session: NodeSession; path: string }[] = [];
    world.nodeAccess.fileStat = async (session, path) => {
      asked.push({ session, path });
      return STAT;
    };
    expect(await world.services.fileStat(ALICE, CLAIM, '../x', never)).toEqual({ ok: true, value: STAT });
    expect(asked).toEqual([
      {
        session: {
          endpoint: { url: 'https://node-1.test:1', caPem: 'pem' },
          namespace: 'agents',
          name: 's1',
          uid: 'uid-agents-s1',
          caller: ALICE,
        },
        path: '../x',
      },
    ]);
    expect(world.authorizer.asked.map(({ request }) => request)).toEqual([
      { verb: 'get', resource: 'mcpsessions', subresource: 'files', namespace: 'agents', name: 's1' },
    ]);
  });

  test.each([
    { name: 'somebody else’s', caller: BOB, claim: CLAIM, code: 'SESSION_NOT_FOUND' },
    { name: 'one that is not there', caller: ALICE, claim: { ...CLAIM, name: 's9' }, code: 'SESSION_NOT_FOUND' },
    { name: 'an earlier one', caller: ALICE, claim: { ...CLAIM, uid: 'older' }, code: 'SESSION_NOT_FOUND' },
  ])('is refused in $name', async ({ caller, claim, code }) => {
    const { services } = frontendWorld({ sessions: SESSIONS });
    expect(await services.listExecs(caller, claim, never)).toMatchObject({ ok: false, error: { code } });
  });

  test('is refused without the right, which the answer names', async () => {
    const { services } = frontendWorld({ sessions: SESSIONS, may: () => false });
    const written = await services.fileRemove(ALICE, CLAIM, 'a', false, never);
    expect(written).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(JSON.stringify(written)).toContain('update');
  });

  test('after the end of a session: only what it wrote is told', async () => {
    const ended = [sessionNamed({ name: 's1', owner: ALICE.username, status: FINISHED })];
    const world = frontendWorld({ sessions: ended });
    world.nodeAccess.logs = async () => ({ cursor: '1.1', truncated: false });
    const query = { tail: null, sinceMs: null, grep: null, cursor: null, follow: false, most: 10 };
    expect(await world.services.logs(ALICE, CLAIM, query, () => {}, never)).toMatchObject({ ok: true });
    expect(await world.services.fileStat(ALICE, CLAIM, 'a', never)).toMatchObject({ ok: false });
  });

  test('counts against the budget only when it starts a command', async () => {
    const world = frontendWorld({ sessions: SESSIONS, parts: { execBudget: { take: () => err(7) } } });
    world.nodeAccess.listExecs = async () => [];
    expect(await world.services.listExecs(ALICE, CLAIM, never)).toEqual({ ok: true, value: [] });
    const command = { argv: ['sh'], env: [], cwd: null, timeoutSeconds: null, stdin: true, tty: null };
    expect(await world.services.openExec(ALICE, CLAIM, command, never)).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', retryAfterSeconds: 7 },
    });
  });
});

describe('a fault of the node', () => {
  test.each<{ kind: FaultKind; operation: OperationName; code: string | null; back?: FaultKind }>([
    { kind: 'path-not-found', operation: 'fileRead', code: 'PATH_NOT_FOUND' },
    { kind: 'path-outside', operation: 'fileWrite', code: 'PATH_OUTSIDE_WORKSPACE' },
    { kind: 'conflict', operation: 'fileWrite', code: 'CONFLICT' },
    { kind: 'conflict', operation: 'exec', code: 'BUSY' },
    { kind: 'no-space', operation: 'fileWrite', code: 'DISK_FULL' },
    { kind: 'too-large', operation: 'fileWrite', code: 'FILE_TOO_LARGE' },
    { kind: 'too-large', operation: 'exec', code: 'INVALID_ARGUMENT', back: 'invalid' },
    { kind: 'not-found', operation: 'execOutput', code: 'EXEC_NOT_FOUND' },
    { kind: 'not-found', operation: 'fileStat', code: 'NOT_READY_YET', back: 'unavailable' },
    { kind: 'expired', operation: 'execOutput', code: 'OUTPUT_GONE' },
    { kind: 'expired', operation: 'exec', code: 'SESSION_EXPIRED' },
    { kind: 'unsupported', operation: 'logs', code: 'UNSUPPORTED' },
    { kind: 'refused', operation: 'forward', code: 'CONNECTION_REFUSED' },
    { kind: 'forbidden', operation: 'fileRead', code: 'FORBIDDEN' },
    { kind: 'timeout', operation: 'execKill', code: 'NOT_READY_YET', back: 'unavailable' },
    { kind: 'internal', operation: 'exec', code: null },
    { kind: 'cancelled', operation: 'exec', code: null },
  ])('$kind of $operation is $code, and comes back over the protocol', ({ kind, operation, code, back }) => {
    const refusal = nodeRefusal(new OperatorError(kind, 'why'), { operation, session: CLAIM });
    expect(refusal?.code ?? null).toBe(code);
    if (refusal !== null) expect(faultOfToolError(refusal).kind).toBe(back ?? kind);
  });

  test('with a time to wait is a session that is busy', () => {
    const fault = new OperatorError('conflict', 'eight already', { retryAfterSeconds: 1 });
    expect(nodeRefusal(fault, { operation: 'fileRead', session: CLAIM })).toMatchObject({
      code: 'BUSY',
      retryAfterSeconds: 1,
    });
  });
});
