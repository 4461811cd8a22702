import { expect, test } from 'vitest';

import { prepareExec } from '../../../../src/docker/exec/exec-call.ts';
import type { EngineClient } from '../../../../src/docker/engine-client.ts';

const never = new AbortController().signal;

interface Sent {
  readonly name: string;
  readonly target: string;
  readonly body: unknown;
}

async function sentFor(cwd: string | null): Promise<Sent> {
  const sent: Sent[] = [];
  const client = {
    call: async (name: string, { target, body }: { readonly target: string; readonly body: unknown }) => {
      sent.push({ name, target, body });
      return { Id: 'e1' };
    },
  } as unknown as EngineClient; // the one method that is used here
  const request = { containerId: 'c1', argv: ['id'], env: [{ name: 'A', value: 'b' }], user: '1001:1001' };
  await prepareExec(client, { ...request, cwd, attachStdin: false }, never);
  const [call] = sent;
  if (call === undefined) throw new Error('nothing was sent');
  return call;
}

test('security.md 4.5, S0.C2.01: a command is never privileged, runs as the user of its session, and nothing else is said', async () => {
  const body = {
    Cmd: ['id'],
    Env: ['A=b'],
    User: '1001:1001',
    AttachStdin: false,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Privileged: false,
  };
  expect(await sentFor(null)).toEqual({ name: 'execCreate', target: 'c1', body });
  expect(await sentFor('/workspace/a')).toEqual({
    name: 'execCreate',
    target: 'c1',
    body: { ...body, WorkingDir: '/workspace/a' },
  });
});
