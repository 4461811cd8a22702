// Commands that policy refuses, at the front end: nothing reaches the node, and both gates use the same words.

import { describe, expect, test } from 'vitest';
import { ownRights } from '../../../src/frontend/access.ts';
import { faultOfToolError } from '../../../src/frontend/fault-mapping.ts';
import { nodeRefusal } from '../../../src/frontend/node-refusal.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { ok } from '../../../src/lib/result.ts';
import { execCommandSchema, interactiveCommandSchema } from '../../../src/model/node-protocol.ts';
import { kindOfStatus, statusOfKind } from '../../../src/process/fault-status.ts';
import { ALICE, frontendWorld, sessionNamed } from '../../support/frontend-fakes.ts';
import { callTool } from './in-process.ts';

const never = new AbortController().signal;
const SESSION = { namespace: 'agents', name: 's1' };
const CLAIM = { ...SESSION, uid: null };
const sessions = [sessionNamed({ name: 's1', owner: ALICE.username })];
const REFUSED =
  '1 rule refused the command: [MCPS-805] argv[0]: rm removes the root directory; fix: name the files that are meant.';

describe('a command that policy refuses', () => {
  test('S0.H1.08, S0.M5.03: is a refusal of session_exec that names rule, place and fix', async () => {
    const world = frontendWorld({ sessions });
    const args = { session: 's1', argv: ['rm', '-fr', '/'] };
    const { isError, text } = await callTool(world, { caller: ALICE, name: 'session_exec', args });
    expect(isError).toBe(true);
    expect(text).toBe(
      `[POLICY_DENIED] ${REFUSED} Next: call session_exec with the command changed, or ask an admin for another policy.`,
    );
    expect(world.nodeAccess.requests).toEqual([]);
  });

  test('S0.H1.08: a dangerous variable is one too', async () => {
    const world = frontendWorld({ sessions });
    const args = { session: 's1', argv: ['ls'], env: { A: '$(s3cr3t)' } };
    const { text } = await callTool(world, { caller: ALICE, name: 'session_exec', args });
    expect(text).toContain('[POLICY_DENIED] 1 rule refused the command: [MCPS-606] env[0].value');
    expect(text).not.toContain('s3cr3t');
    expect(world.nodeAccess.requests).toEqual([]);
  });

  test('is judged by the profile of the namespace', async () => {
    const world = frontendWorld({ sessions, policySettings: { commands: { mode: 'allowlist', allow: ['^ls'] } } });
    const run = (command: string) =>
      callTool(world, { caller: ALICE, name: 'session_exec', args: { session: 's1', command } });
    expect((await run('id')).text).toContain('[MCPS-804]');
    expect(world.nodeAccess.requests).toEqual([]);
    expect((await run('ls')).isError).toBe(false);
    expect(world.nodeAccess.requests).toHaveLength(1);
  });

  test('costs nothing of the budget, and an interactive one is refused alike', async () => {
    let taken = 0;
    const execBudget = { take: () => ok(() => void (taken += 1)) };
    const world = frontendWorld({ sessions, parts: { execBudget } });
    const command = interactiveCommandSchema.parse({ argv: ['rm', '-fr', '/'], stdin: true, tty: null });
    const opened = await world.services.openExec(ALICE, CLAIM, command, never);
    expect(opened).toMatchObject({ ok: false, error: { code: 'POLICY_DENIED', what: REFUSED } });
    expect(taken).toBe(0);
  });

  test('tells nothing about policy to who may not run commands', async () => {
    const world = frontendWorld({ sessions, may: () => false });
    const command = execCommandSchema.parse({ argv: ['rm', '-fr', '/'] });
    const ran = await world.services.exec(ALICE, { ...CLAIM, command }, () => {}, never);
    expect(ran).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  test('is left to the cluster where the policy at hand is a guess', async () => {
    const world = frontendWorld({ sessions, access: ownRights });
    const command = execCommandSchema.parse({ argv: ['rm', '-fr', '/'] });
    expect(await world.services.exec(ALICE, { ...CLAIM, command }, () => {}, never)).toMatchObject({ ok: true });
    expect(world.nodeAccess.requests).toHaveLength(1);
  });

  test('is the same refusal when the node says it, and keeps its kind on every wire', () => {
    const fault = new OperatorError('denied', REFUSED.slice(0, -1));
    const refusal = nodeRefusal(fault, { operation: 'exec', session: SESSION });
    expect(refusal).toMatchObject({ code: 'POLICY_DENIED', what: REFUSED });
    if (refusal !== null) expect(faultOfToolError(refusal)).toMatchObject({ kind: 'denied', message: REFUSED });
    expect(statusOfKind('denied')).toBe(422);
    expect(kindOfStatus(422)).toBe('invalid');
  });
});
