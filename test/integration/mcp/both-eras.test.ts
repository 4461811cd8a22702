import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sessionNamed, TEST_IMAGE, ALICE, BOB } from '../../support/frontend-fakes.ts';
import { type ClientEra, connectMcp, type McpTestClient, type ProgressSeen } from '../../support/mcp-client.ts';
import { startTwoServers, TOKENS, type TwoServers } from './two-servers.ts';

describe.each<ClientEra>(['modern', 'legacy'])('a %s client', (era) => {
  let servers: TwoServers;
  let client: McpTestClient;
  const connect = (token: string) => connectMcp({ url: servers.mcpUrl, token, caPem: servers.caPem, era });

  beforeEach(async () => {
    servers = await startTwoServers({ sessions: [sessionNamed({ name: 'of-bob', owner: BOB.username })] });
    client = await connect(TOKENS.alice);
  });
  afterEach(async () => {
    await client.close();
    await servers.stop();
  });

  test('lists the tools in their order', async () => {
    const names = (await client.listTools()).map(({ name }) => name);
    expect(names).toEqual([
      'session_create',
      'session_list',
      'session_get',
      'session_exec',
      'session_exec_output',
      'session_logs',
      'session_list_files',
      'session_read_file',
      'session_write_file',
      'session_extend',
      'session_delete',
      'policy_check',
    ]);
  });

  test('creates a session with progress, runs a command in it, lists and deletes it', async () => {
    const seen: ProgressSeen[] = [];
    const created = await client.callTool(
      'session_create',
      { image: TEST_IMAGE, name: 's1' },
      { onProgress: (progress) => seen.push(progress) },
    );
    expect(created.text).toContain('Session s1 in namespace agents is Running.');
    expect(seen.map(({ progress, total, message }) => [progress, total, message])).toEqual([
      [1, 5, 'admitted'],
      [5, 5, 'verified'],
    ]);

    const ran = await client.callTool('session_exec', { session: 's1', command: 'echo hello' });
    expect(ran).toMatchObject({
      isError: false,
      structured: { exit_code: 0, stdout: 'hello\n', stderr: '', truncated: false, untrusted: true },
    });
    expect(servers.commands.map(({ argv, user, timeoutMs }) => ({ argv, user, timeoutMs }))).toEqual([
      { argv: ['sh', '-c', 'echo hello'], user: '1001:1001', timeoutMs: 30_000 },
    ]);
    expect(servers.activity).toEqual(['uid-agents-s1', 'uid-agents-s1']);
    const asked = servers.authorizer.asked.filter(({ request }) => request.subresource === 'exec');
    expect(asked.map(({ caller }) => caller.username)).toEqual([ALICE.username, ALICE.username]);

    const listed = await client.callTool('session_list');
    expect(listed.structured?.['sessions']).toMatchObject([{ session: 's1', state: 'Running' }]);
    const deleted = await client.callTool('session_delete', { session: 's1' });
    expect(deleted.structured).toMatchObject({ deleted: true, already_gone: false });
  });

  test('gets both ends of a long output and the number of bytes between them', async () => {
    servers.containers.otherProgram = async ({ write }) => {
      const lines = Array.from({ length: 100_000 }, (_, line) => `line ${line}\n`);
      await write('stdout', lines.join(''));
      return 0;
    };
    await client.callTool('session_create', { image: TEST_IMAGE, name: 's1' });
    const ran = await client.callTool('session_exec', { session: 's1', argv: ['seq'] });
    const stdout = String(ran.structured?.['stdout']);
    expect(ran.text.length).toBeLessThan(20_000);
    expect(stdout.startsWith('line 0\nline 1\n')).toBe(true);
    expect(stdout.endsWith('line 99998\nline 99999\n')).toBe(true);
    expect(ran.structured).toMatchObject({ truncated: true });
    const shown =
      stdout
        .split('\n')
        .filter((line) => line.startsWith('line '))
        .join('\n').length + 1;
    expect(Number(ran.structured?.['omitted_bytes']) + shown + 1).toBe(1_088_890 + 1);
  });

  test('kills the command when the call is cancelled', async () => {
    const killed = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    servers.containers.otherProgram = ({ killed: end }) => {
      started.resolve();
      return new Promise((resolve) => {
        end.addEventListener('abort', () => {
          killed.resolve();
          resolve(0);
        });
      });
    };
    await client.callTool('session_create', { image: TEST_IMAGE, name: 's1' });
    const cancel = new AbortController();
    const call = client.callTool('session_exec', { session: 's1', command: 'sleep 1000' }, { signal: cancel.signal });
    await started.promise;
    cancel.abort();
    await expect(call).rejects.toThrow();
    await killed.promise;
  });

  test('answers a time-out as an error that keeps the output so far', async () => {
    servers.containers.otherProgram = async ({ write, timeOut }) => {
      await write('stderr', 'half');
      timeOut();
      return 0;
    };
    await client.callTool('session_create', { image: TEST_IMAGE, name: 's1' });
    const ran = await client.callTool('session_exec', { session: 's1', command: 'sleep 9', timeout_seconds: 1 });
    expect(ran).toMatchObject({ isError: true, structured: { timed_out: true, exit_code: null, stderr: 'half' } });
    expect(ran.text).toContain('[EXEC_TIMEOUT]');
  });

  test('names the maximum when a limit of the node is exceeded', async () => {
    await client.callTool('session_create', { image: TEST_IMAGE, name: 's1' });
    const ran = await client.callTool('session_exec', { session: 's1', command: 'true', timeout_seconds: 301 });
    expect(ran.text).toContain(
      '[INVALID_ARGUMENT] The command was not run: timeout of 301 s is above the maximum of 300 s.',
    );
    expect(servers.commands).toEqual([]);
  });

  test('cannot run a command while the isolation is not verified', async () => {
    servers.verified = false;
    await client.callTool('session_create', { image: TEST_IMAGE, name: 's1' });
    const ran = await client.callTool('session_exec', { session: 's1', command: 'true' });
    expect(ran.text).toContain('[NOT_READY_YET]');
    expect(servers.commands).toEqual([]);
  });

  test('does not learn whether a session of somebody else exists', async () => {
    for (const tool of ['session_get', 'session_exec', 'session_delete']) {
      const args = tool === 'session_exec' ? { command: 'id' } : {};
      const foreign = await client.callTool(tool, { session: 'of-bob', ...args });
      const missing = await client.callTool(tool, { session: 'of-xyz', ...args });
      expect(JSON.stringify(foreign)).toBe(JSON.stringify(missing).replaceAll('of-xyz', 'of-bob'));
    }
    expect(servers.sessions.stored.has('agents/of-bob')).toBe(true);
    expect(servers.commands).toEqual([]);
  });

  test('is refused with a bad token', async () => {
    await expect(connect('nobody')).rejects.toThrow();
    await expect(connect(TOKENS.frontend)).rejects.toThrow();
  });
});
