// Commands, files and logs that outlive whoever asked for them: the client, the front end, the controller.

import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rawDocker } from '../../support/docker.ts';
import type { McpTestClient, ToolResult } from '../../support/mcp-client.ts';
import { type RunningUp, startUp } from '../../support/running-up.ts';
import { waitFor } from '../../support/wait-for.ts';

const manifest = (name: string, spec: object = {}) =>
  JSON.stringify({
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name },
    spec: { image: 'mcps.local/busybox:1', ...spec },
  });

/** Numbered lines, slowly enough that whatever happens happens in between. */
const COUNT = 'for i in $(seq 1 60); do echo "line $i"; sleep 0.1; done; exit 7';
const COUNTED = Array.from({ length: 60 }, (_, index) => `line ${index + 1}\n`).join('');

let up: RunningUp;

beforeAll(async () => {
  up = await startUp();
}, 120_000);

afterAll(async () => {
  await up.stop();
  await rm(up.stateDir, { recursive: true, force: true });
});

async function aSession(name: string, spec: object = {}): Promise<void> {
  const applied = await up.kubectl(['apply', '-f', '-'], manifest(name, spec));
  expect(applied).toMatchObject({ code: 0 });
  const ready = await up.kubectl(['wait', '--for=condition=Ready', `mcps/${name}`, '--timeout=30s']);
  expect(ready).toMatchObject({ code: 0 });
}

async function restart(): Promise<void> {
  await up.killHard();
  up = await startUp({ stateDir: up.stateDir });
}

async function call(client: McpTestClient, tool: string, args: Record<string, unknown>): Promise<ToolResult> {
  const result = await client.callTool(tool, args);
  if (result.isError) throw new Error(`${tool}: ${result.text}`);
  return result;
}

async function startInBackground(client: McpTestClient, session: string, command: string): Promise<string> {
  const { structured } = await call(client, 'session_exec', {
    session,
    command,
    background: true,
    timeout_seconds: 600,
  });
  return String(structured?.['exec_id']);
}

/** All output of a stream by pages, and how the command ended. */
async function wholeOutput(client: McpTestClient, session: string, execId: string) {
  let text = '';
  for (let offset = 0; ; ) {
    const page = await call(client, 'session_exec_output', {
      session,
      exec_id: execId,
      stream: 'stdout',
      offset,
      wait_seconds: 10,
    });
    const { chunk, next_offset, eof, exit_code } = page.structured as {
      chunk: string;
      next_offset: number;
      eof: boolean;
      exit_code: number | null;
    }; // the tool's own schema
    text += chunk;
    offset = next_offset;
    if (eof) return { text, exitCode: exit_code };
  }
}

test('a command survives its client, a kill -9 of everything, and keeps its output and exit code', async () => {
  await aSession('long');
  const client = await up.mcp('modern');
  const execId = await startInBackground(client, 'long', COUNT);
  await client.close();
  await restart();
  const later = await up.mcp('legacy');
  expect(await wholeOutput(later, 'long', execId)).toEqual({ text: COUNTED, exitCode: 7 });
  await later.close();
});

test('a command that ends while no controller is there is told of afterwards', async () => {
  await aSession('alone');
  const client = await up.mcp('modern');
  const execId = await startInBackground(client, 'alone', 'sleep 1; echo done; exit 3');
  await up.killHard();
  await new Promise((resolve) => setTimeout(resolve, 2_000)); // the case itself
  up = await startUp({ stateDir: up.stateDir });
  const later = await up.mcp('modern');
  expect(await wholeOutput(later, 'alone', execId)).toEqual({ text: 'done\n', exitCode: 3 });
  await later.close();
});

// In the protocol of 2025 a broken connection says nothing; in that of 2026 it is how a client cancels.
test.each([
  { era: 'legacy', does: 'leaves the command running', left: 'ran' },
  { era: 'modern', does: 'cancels the command', left: '' },
] as const)('a $era client whose connection breaks $does', async ({ era, left }) => {
  const name = `gone-${era}`;
  await aSession(name);
  const client = await up.mcp(era);
  const lost = client.callTool('session_exec', { session: name, command: 'sleep 2; touch /workspace/ran' });
  lost.catch(() => {}); // nobody waits for it any more
  await waitForProcess(name, 'sleep 2');
  await client.drop();
  const other = await up.mcp('modern');
  const { structured } = await call(other, 'session_exec', { session: name, command: 'sleep 3; ls /workspace' });
  expect(String(structured?.['stdout']).trim()).toBe(left);
  await other.close();
});

async function waitForProcess(session: string, command: string): Promise<void> {
  const container = (await up.containers()).find((each) => each.session === session);
  await waitFor(`${command} in ${session}`, async () => {
    const top = await rawDocker()
      .getContainer(container?.id ?? '')
      .top();
    return (top as { Processes: string[][] }).Processes.some((line) => line.join(' ').includes(command)); // documented
  });
}

test('logs of the main command survive a restart, without a gap and without a line twice', async () => {
  await aSession('talker', {
    command: ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo "tick $i"; sleep 0.05; done'],
  });
  const client = await up.mcp('modern');
  await waitFor('some lines', async () => (await logLines(client, 'talker')).length > 20);
  await client.close();
  await restart();
  const later = await up.mcp('modern');
  await waitFor('more lines', async () => (await logLines(later, 'talker')).length > 100);
  const lines = await logLines(later, 'talker');
  expect(lines).toEqual(lines.map((_, index) => `tick ${index + 1}`));
  await later.close();
});

async function logLines(client: McpTestClient, session: string): Promise<readonly string[]> {
  const { structured } = await call(client, 'session_logs', { session, tail: 1000 });
  return (structured as { lines: readonly { text: string }[] }).lines.map(({ text }) => text); // the tool's own schema
}

test('what a main command said last is there after it has ended', async () => {
  await up.kubectl(
    ['apply', '-f', '-'],
    manifest('brief', { command: ['sh', '-c', 'echo first; echo last >&2; exit 4'] }),
  );
  await up.kubectl(['wait', '--for=condition=Finished', 'mcps/brief', '--timeout=30s']);
  const exitCode = await up.kubectl(['get', 'mcps', 'brief', '-o', 'jsonpath={.status.exitCode}']);
  expect(exitCode.stdout).toBe('4');
  const client = await up.mcp('modern');
  expect(await logLines(client, 'brief')).toEqual(['first', 'last']);
  await client.close();
});

test('status says which way commands go, and a session can do without the init', async () => {
  await aSession('plain', { sessionInit: 'Disabled' });
  const way = async (name: string) =>
    (await up.kubectl(['get', 'mcps', name, '-o', 'jsonpath={.status.container.commands}'])).stdout;
  expect([await way('plain'), await way('long')]).toEqual(['EngineExec', 'SessionInit']);
  const client = await up.mcp('modern');
  const ran = await call(client, 'session_exec', { session: 'plain', command: 'echo ok' });
  expect(ran.structured).toMatchObject({ exit_code: 0, stdout: 'ok\n' });
  const files = await client.callTool('session_list_files', { session: 'plain' });
  expect(files).toMatchObject({ isError: true, text: expect.stringContaining('[UNSUPPORTED]') });
  await client.close();
});
