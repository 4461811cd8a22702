import { describe, expect, test } from 'vitest';
import {
  ALICE,
  BOB,
  callerNamed,
  condition,
  frontendWorld,
  RUNNING,
  sessionNamed,
  TEST_IMAGE,
} from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

const SECRET = 'hunter2-correct-horse';

function namesIn(structured: Record<string, unknown> | null): string[] {
  const rows = (structured?.['sessions'] ?? []) as { readonly session: string }[]; // the shape of session_list
  return rows.map(({ session }) => session);
}

describe('session_get', () => {
  const session = sessionNamed({
    name: 's1',
    owner: ALICE.username,
    spec: { env: [{ name: 'DATABASE_URL', value: SECRET }] },
  });

  test('shows state, spec, conditions and proof', async () => {
    const world = frontendWorld({ sessions: [session] });
    const answer = await callTool(world, { caller: ALICE, name: 'session_get', args: { session: 's1' } });
    expect(answer.structured).toEqual({
      session: 's1',
      namespace: 'agents',
      state: 'Running',
      node: 'node-1',
      expires_at: '2026-11-20T18:00:00Z',
      exit_code: null,
      spec: {
        image: TEST_IMAGE,
        workdir: '/workspace',
        network: 'none',
        env_names: ['DATABASE_URL'],
        limits: { cpu: '1', memory: '512Mi', pids: 50, cpu_time_seconds: 60 },
      },
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Running', message: 'the container runs as approved' },
        { type: 'IsolationVerified', status: 'True', reason: 'Verified', message: '1 of 1 controls observed' },
      ],
      isolation: [{ id: 'user', want: '1001:1001', got: '1001:1001', ok: true }],
    });
    expect(answer.text).toContain('Session s1 in namespace agents is Running (1h 0m left).');
    expect(answer.text).toContain('Environment: DATABASE_URL=<REDACTED>.');
    expect(answer.text).toContain('Isolation: 1 of 1 controls as approved.');
  });

  test('S0.H2.01, S0.H2.04, S0.H2.06: no tool ever shows the value of a variable', async () => {
    const world = frontendWorld({ sessions: [session] });
    const calls = [
      { name: 'session_get', args: { session: 's1' } },
      { name: 'session_list', args: {} },
      { name: 'session_create', args: { image: TEST_IMAGE, name: 's2', env: { PASSWORD: SECRET } } },
      {
        name: 'session_create',
        args: { image: TEST_IMAGE, name: 's3', env: { LD_PRELOAD: SECRET, OTHER: `$(${SECRET})` } },
      },
      { name: 'session_create', args: { image: TEST_IMAGE, name: 's4', env: { '0bad': SECRET } } },
      { name: 'session_exec', args: { session: 's1', command: 'true', env: { PASSWORD: SECRET } } },
      { name: 'policy_check', args: { spec: { image: TEST_IMAGE, env: [{ name: 'A', value: `$(${SECRET})` }] } } },
      { name: 'session_get', args: { session: 'nope' } },
    ];
    for (const call of calls)
      expect(JSON.stringify(await callTool(world, { caller: ALICE, ...call }))).not.toContain(SECRET);
  });
});

describe('session_list', () => {
  const sessions = ['c', 'a', 'b'].map((name) => sessionNamed({ name, owner: ALICE.username }));

  test('pages by name', async () => {
    const world = frontendWorld({ sessions });
    const names: unknown[] = [];
    let cursor: unknown;
    for (let page = 0; page < 3; page += 1) {
      const args = { limit: 1, ...(cursor === undefined ? {} : { cursor }) };
      const { structured } = await callTool(world, { caller: ALICE, name: 'session_list', args });
      names.push(...namesIn(structured));
      cursor = structured?.['next_cursor'];
    }
    expect({ names, cursor }).toEqual({ names: ['a', 'b', 'c'], cursor: null });
  });

  test('filters by state', async () => {
    const pulling = sessionNamed({ name: 'p', status: { conditions: [condition('Ready', 'False', 'PullingImage')] } });
    const world = frontendWorld({ sessions: [...sessions, pulling] });
    const { structured, text } = await callTool(world, {
      caller: ALICE,
      name: 'session_list',
      args: { state: 'PullingImage' },
    });
    expect(structured?.['sessions']).toEqual([
      {
        session: 'p',
        namespace: 'agents',
        state: 'PullingImage',
        image: TEST_IMAGE,
        node: null,
        expires_at: '2026-11-20T18:00:00Z',
      },
    ]);
    expect(text).toBe(`p: PullingImage, ${TEST_IMAGE}, 1h 0m left`);
  });

  test('refuses a cursor that it did not make', async () => {
    const { text } = await callTool(frontendWorld(), { caller: ALICE, name: 'session_list', args: { cursor: '!!' } });
    expect(text).toContain('[INVALID_ARGUMENT] cursor: must be the next_cursor of an earlier answer.');
  });

  test('shows the namespace of a service account, else the default one', async () => {
    const world = frontendWorld({ sessions: [sessionNamed({ namespace: 'default', name: 'd' })] });
    const person = { username: 'dana', uid: '', groups: [], extra: {} };
    const { structured } = await callTool(world, { caller: person, name: 'session_list' });
    expect(structured?.['sessions']).toMatchObject([{ session: 'd' }]);
    expect((await callTool(world, { caller: ALICE, name: 'session_list' })).text).toBe(
      'No sessions of yours in namespace agents. Next: session_create.',
    );
  });
});

describe('session_delete', () => {
  test('deletes once and then succeeds without deleting', async () => {
    const world = frontendWorld({ sessions: [sessionNamed({ name: 's1', owner: ALICE.username })] });
    const run = async () =>
      (await callTool(world, { caller: ALICE, name: 'session_delete', args: { session: 's1' } })).structured;
    expect(await run()).toEqual({ session: 's1', namespace: 'agents', deleted: true, already_gone: false });
    expect(await run()).toEqual({ session: 's1', namespace: 'agents', deleted: false, already_gone: true });
  });
});

describe('policy_check', () => {
  test('allows a good spec and creates nothing', async () => {
    const world = frontendWorld();
    const answer = await callTool(world, {
      caller: ALICE,
      name: 'policy_check',
      args: { spec: { image: TEST_IMAGE } },
    });
    const profiles = ['sandbox', 'production', 'development', 'investigation'];
    expect(answer.structured).toEqual({ allowed: true, violations: [], warnings: [], profiles });
    expect(world.sessions.stored.size).toBe(0);
  });

  test('lists every violation with path and fix, also from JSON text', async () => {
    const spec = JSON.stringify({ image: TEST_IMAGE, security: { privileged: true, pidMode: 'host' } });
    const { structured, isError } = await callTool(frontendWorld(), {
      caller: ALICE,
      name: 'policy_check',
      args: { spec },
    });
    expect(isError).toBe(false);
    expect(structured).toMatchObject({
      allowed: false,
      violations: [
        { path: 'spec.security.pidMode' },
        { rule: 'MCPS-101', path: 'spec.security.privileged', fix: 'delete spec.security.privileged' },
      ],
    });
  });

  test('names the profiles that would allow what this one refuses', async () => {
    const spec = { image: 'docker.io/library/busybox:1' };
    const answer = await callTool(frontendWorld({ policySettings: { defaultProfile: 'production' } }), {
      caller: ALICE,
      name: 'policy_check',
      args: { spec },
    });
    expect(answer.structured).toMatchObject({
      allowed: false,
      violations: [{ rule: 'MCPS-303' }],
      profiles: ['sandbox', 'development', 'investigation'],
    });
    expect(answer.text).toContain(
      'Allowed by profile sandbox, development, investigation; an admin labels the namespace.',
    );
  });

  test('a spec that does not fit the schema is refused field by field', async () => {
    const { structured } = await callTool(frontendWorld(), {
      caller: ALICE,
      name: 'policy_check',
      args: { spec: { imagee: 'x' } },
    });
    expect(structured).toMatchObject({
      allowed: false,
      violations: [
        { rule: 'SCHEMA', path: 'spec.image' },
        { rule: 'SCHEMA', path: 'spec.imagee' },
      ],
    });
  });
});

describe('two tenants of one namespace', () => {
  const bobs = sessionNamed({ name: 'bobs', owner: BOB.username });
  const open = sessionNamed({ name: 'open' });

  test.each([
    { name: 'session_get', args: {} },
    { name: 'session_exec', args: { command: 'id' } },
    { name: 'session_delete', args: {} },
  ])('$name answers for a foreign session as for a missing one', async ({ name, args }) => {
    const world = frontendWorld({ sessions: [bobs] });
    const foreign = await callTool(world, { caller: ALICE, name, args: { session: 'bobs', ...args } });
    const missing = await callTool(world, { caller: ALICE, name, args: { session: 'xobs', ...args } });
    expect(JSON.stringify(foreign)).toBe(JSON.stringify(missing).replaceAll('xobs', 'bobs'));
    expect(world.sessions.stored.get('agents/bobs')).toEqual(bobs);
    expect(world.nodeAccess.requests).toEqual([]);
  });

  test('session_list and hints show own and unowned sessions only', async () => {
    const mine = sessionNamed({ name: 'mine', owner: ALICE.username });
    const world = frontendWorld({ sessions: [bobs, mine, open] });
    const { structured } = await callTool(world, { caller: ALICE, name: 'session_list' });
    expect(namesIn(structured)).toEqual(['mine', 'open']);
    const { text } = await callTool(world, { caller: ALICE, name: 'session_get', args: { session: 'nope' } });
    expect(text).toBe(
      '[SESSION_NOT_FOUND] No session "nope" in namespace "agents". Yours: mine (Running, 1h 0m left), open (Running, 1h 0m left). ' +
        'Next: retry with session="mine" or call session_create.',
    );
  });

  test('a hint names at most five sessions', async () => {
    const sessions = Array.from({ length: 9 }, (_, index) =>
      sessionNamed({ name: `s${index}`, owner: ALICE.username }),
    );
    const { text } = await callTool(frontendWorld({ sessions }), {
      caller: ALICE,
      name: 'session_get',
      args: { session: 'nope' },
    });
    expect(text.match(/Running/g)).toHaveLength(5);
  });

  test.each([
    { name: 'session_create', args: { image: TEST_IMAGE }, right: 'create mcpsessions' },
    { name: 'session_list', args: {}, right: 'list mcpsessions' },
    { name: 'session_get', args: { session: 'open' }, right: 'get mcpsessions' },
    { name: 'session_exec', args: { session: 'open', command: 'id' }, right: 'create mcpsessions/exec' },
    { name: 'session_delete', args: { session: 'open' }, right: 'delete mcpsessions' },
  ])('$name needs the right "$right", whether the session exists or not', async ({ name, args, right }) => {
    const stranger = callerNamed('elsewhere', 'eve');
    const call = (session: string) =>
      callTool(frontendWorld({ sessions: [open], may: () => false }), {
        caller: stranger,
        name,
        args: { ns: 'agents', ...args, ...('session' in args ? { session } : {}) },
      });
    const { text } = await call('open');
    expect(text).toContain(`[FORBIDDEN] "system:serviceaccount:elsewhere:eve" may not ${right} in namespace "agents".`);
    expect((await call('missing')).text).toBe(text);
  });

  test('the right to exec is asked for by its own verb, not by that of the HTTP method', async () => {
    const world = frontendWorld({ sessions: [open], may: (_caller, { subresource }) => subresource === '' });
    const { text } = await callTool(world, {
      caller: ALICE,
      name: 'session_exec',
      args: { session: 'open', command: 'id' },
    });
    expect(text).toContain('may not create mcpsessions/exec');
    expect(world.authorizer.asked.map(({ request }) => request)).toEqual([
      { verb: 'create', resource: 'mcpsessions', subresource: 'exec', namespace: 'agents', name: 'open' },
    ]);
  });

  test('an authorizer that cannot tell is a refusal', async () => {
    const access = {
      allowed: () => Promise.reject(new Error('away')),
      mayUse: () => true,
      knowsPolicy: true,
      annotations: () => ({}),
    };
    const world = frontendWorld({ sessions: [sessionNamed({ name: 'open', status: RUNNING })], access });
    const { text } = await callTool(world, {
      caller: ALICE,
      name: 'session_exec',
      args: { session: 'open', command: 'id' },
    });
    expect(text).toContain('[INTERNAL]');
    expect(world.nodeAccess.requests).toEqual([]);
  });
});
