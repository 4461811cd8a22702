import { expect, test } from 'vitest';
import { parseCommand, type SessionCommand } from '../../../../src/cli/arguments.ts';
import { runSessionCommand } from '../../../../src/cli/session/run.ts';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { NodeAccess } from '../../../../src/ports/node-access.ts';
import { fakeAccess, fakeConsole, type FakeConsole, programOf } from '../../../support/cli-fakes.ts';

function run(argv: readonly string[], console: FakeConsole, methods: Partial<NodeAccess>): Promise<number> {
  const parsed = parseCommand(argv);
  if (!parsed.ok) throw new Error(parsed.error.join());
  const program = { ...programOf(console, fakeAccess(methods)), listen: () => Promise.reject(new Error('unused')) };
  return runSessionCommand(parsed.value as SessionCommand, program); // every argv of this file is one
}

test('whoever stops reading ends the program like a pipe does, whatever the connection makes of it', async () => {
  const console = fakeConsole();
  console.stdout.close();
  const logs: NodeAccess['logs'] = async (_session, _query, onLine) => {
    try {
      await onLine({ atMs: 0, stream: 'stdout', text: 'a', cursor: 'c' });
    } catch {
      throw new OperatorError('unavailable', 'the connection was given up');
    }
    return { cursor: 'c', truncated: false };
  };
  expect(await run(['logs', 's1'], console, { logs })).toBe(141);
  expect(await run(['exec', 's1', '--list'], console, { listExecs: () => Promise.resolve([]) })).toBe(141);
});

test('a copy that is stopped has not been done: the code is that of the signal', async () => {
  const console = fakeConsole();
  const fileStat: NodeAccess['fileStat'] = (_session, _path, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      console.signal('SIGTERM');
    });
  expect(await run(['cp', 's1:a', '.'], console, { fileStat })).toBe(143);
  expect(console.signalListeners()).toBe(0);
});

test('a second signal does not wait for the end of what hangs', async () => {
  const console = fakeConsole();
  const fileStat: NodeAccess['fileStat'] = () => {
    console.signal('SIGINT');
    console.signal('SIGINT');
    return new Promise(() => {});
  };
  expect(await run(['cp', 's1:a', '.'], console, { fileStat })).toBe(130);
});

test('faults reach the caller, who makes a code of them', async () => {
  const listExecs = () => Promise.reject(new OperatorError('unauthenticated', 'who are you?'));
  await expect(run(['exec', 's1', '--list'], fakeConsole(), { listExecs })).rejects.toMatchObject({
    kind: 'unauthenticated',
  });
});
