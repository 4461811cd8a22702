import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/lib/errors.ts';
import type { SessionStatus } from '../../../../src/model/session.ts';
import { ALICE, condition, frontendWorld, RUNNING, sessionNamed, TEST_IMAGE } from '../../../support/frontend-fakes.ts';
import { callTool } from '../in-process.ts';

const create = (
  world: ReturnType<typeof frontendWorld>,
  args: Record<string, unknown> = {},
  onProgress?: (step: number) => void,
) =>
  callTool(world, {
    caller: ALICE,
    name: 'session_create',
    args: { image: TEST_IMAGE, ...args },
    ...(onProgress === undefined ? {} : { onProgress }),
  });

describe('secrets of session_create', () => {
  test('S0.L6.01: become references, and the caller is asked for with the right to read them', async () => {
    const world = frontendWorld();
    expect(await create(world, { name: 'py-1', secrets: { TOKEN: 'db/url' } })).toMatchObject({ isError: false });
    const stored = world.sessions.stored.get('agents/py-1');
    expect(stored?.spec?.env).toMatchObject([
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } },
    ]);
    const secrets = world.authorizer.asked.filter(({ request }) => request.resource === 'secrets');
    expect(secrets).toMatchObject([{ request: { verb: 'get', namespace: 'agents', name: 'db' } }]);
  });

  test('S0.L6.01: are refused to a caller who may create sessions and may not read the Secret', async () => {
    const world = frontendWorld({ may: (_, { resource }) => resource === 'mcpsessions' });
    const answer = await create(world, { name: 'py-1', secrets: { TOKEN: 'db/url' } });
    expect(answer).toMatchObject({ isError: true });
    expect(answer.text).toMatch(
      /^\[POLICY_DENIED\] 1 rule: MCPS-612 spec\.env\[0\]\.valueFrom\.secretKeyRef: .*may not get Secret db\./,
    );
    expect(world.sessions.stored.size).toBe(0);
  });

  test.each(['db', '/url', 'db/', 'a/b/c', 'DB/url', 'db/u\u200brl'])('%j is no key of a Secret', async (source) => {
    expect((await create(frontendWorld(), { secrets: { TOKEN: source } })).text).toMatch(/^\[INVALID_ARGUMENT\]/);
  });
});

const notReady = (reason: string, message: string, stalled = false): SessionStatus => ({
  ...RUNNING,
  container: undefined,
  conditions: [
    condition('Ready', 'False', reason, message),
    ...(stalled ? [condition('Stalled', 'True', reason, message)] : []),
  ],
});

describe('session_create', () => {
  test('creates what was asked for, owned by the caller, and says what comes next', async () => {
    const world = frontendWorld();
    const args = {
      name: 'py-1',
      ttl_seconds: 600,
      idle_timeout_seconds: 0,
      env: { LOG_LEVEL: 'debug' },
      command: ['sleep', '60'],
    };
    const answer = await create(world, args);
    expect(answer).toMatchObject({
      isError: false,
      structured: {
        session: 'py-1',
        namespace: 'agents',
        state: 'Running',
        expires_at: '2026-11-20T17:10:00Z',
        workdir: '/workspace',
        network: 'none',
        limits: { cpu: '1', memory: '512Mi', pids: 50, cpu_time_seconds: 60 },
        warnings: [],
      },
    });
    expect(answer.text).toBe(
      'Session py-1 in namespace agents is Running. Expires 2026-11-20T17:10:00Z. Network: none. ' +
        'Writable: /workspace (256Mi), /tmp (100Mi).\nNext: session_exec session="py-1" ns="agents" command="...".',
    );
    const stored = world.sessions.stored.get('agents/py-1');
    expect(stored?.meta.annotations).toEqual({ 'mcpsession.dev/owner': ALICE.username });
    expect(stored?.spec).toMatchObject({
      command: ['sleep', '60'],
      env: [{ name: 'LOG_LEVEL', value: 'debug' }],
      lifetime: { ttlSeconds: 600, idleTimeoutSeconds: 0 },
      network: { mode: 'none' },
    });
  });

  test('makes up a name that nobody can guess', async () => {
    const answer = await create(frontendWorld({ parts: { newId: () => 'c0ffee0123456789' } }));
    expect(answer.structured).toMatchObject({ session: 's-c0ffee012345' });
  });

  test('accepts objects and lists as JSON text', async () => {
    const world = frontendWorld();
    const answer = await create(world, { name: 's1', env: '{"A":"1"}', command: '["sleep","1"]' });
    expect(answer.isError).toBe(false);
    expect(world.sessions.stored.get('agents/s1')?.spec).toMatchObject({
      env: [{ name: 'A', value: '1' }],
      command: ['sleep', '1'],
    });
  });

  test('reports each stage once, rising', async () => {
    const world = frontendWorld();
    const stages: SessionStatus[] = [
      {},
      { ...RUNNING, conditions: [], container: undefined },
      notReady('PullingImage', ''),
      notReady('PullingImage', ''),
      notReady('Starting', ''),
      RUNNING,
    ];
    world.sessions.statusAt = (look) => stages[Math.min(look, stages.length - 1)] ?? RUNNING;
    const seen: number[] = [];
    await create(world, {}, (step) => seen.push(step));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  test('answers at once with wait_seconds 0', async () => {
    const world = frontendWorld();
    const answer = await create(world, { name: 's1', wait_seconds: 0 });
    expect(answer).toMatchObject({ isError: false, structured: { state: 'Pending' } });
    expect(world.clock.monotonicMs()).toBe(0);
  });

  test.each([
    {
      name: 'no node fits',
      status: notReady('NoEligibleNode', 'no node has a free slot', true),
      want: '[NO_ELIGIBLE_NODE] Session "s1" can not become ready (NoEligibleNode): no node has a free slot. Next: call session_delete with session="s1" ns="agents", then session_create with changed arguments.',
    },
    {
      name: 'the image cannot be had',
      status: notReady('ImagePullFailed', 'manifest unknown', true),
      want: '[IMAGE_PULL_FAILED] Session "s1" can not become ready (ImagePullFailed): manifest unknown. Next: call session_delete with session="s1" ns="agents", then session_create with changed arguments.',
    },
    {
      name: 'the node refuses by policy',
      status: notReady('PolicyRejected', '[MCPS-101] x', true),
      want: '[POLICY_DENIED] Session "s1" can not become ready (PolicyRejected): [MCPS-101] x. Next: call session_delete with session="s1" ns="agents", then session_create with changed arguments.',
    },
    {
      name: 'it takes too long',
      status: notReady('PullingImage', 'pulling since 17:00'),
      want: '[NOT_READY_YET] Session "s1" exists but is not ready after 5 s (PullingImage): pulling since 17:00. Next: call session_get with session="s1" ns="agents" until its state is Running.',
    },
    {
      name: 'Docker stays away',
      status: notReady('DockerUnavailable', 'no socket'),
      want: '[DOCKER_UNAVAILABLE] Session "s1" exists but is not ready after 5 s (DockerUnavailable): no socket. Next: call session_get with session="s1" ns="agents" until its state is Running.',
    },
  ])('says why when $name', async ({ status, want }) => {
    const world = frontendWorld();
    world.sessions.statusAt = () => status;
    expect(await create(world, { name: 's1', wait_seconds: 5 })).toMatchObject({
      isError: true,
      structured: null,
      text: want,
    });
  });

  test('S0.H1.04: whole numbers and truth values of variables become text, before any rule looks', async () => {
    const world = frontendWorld();
    const answer = await create(world, { name: 's1', env: { PORT: 8080, DEBUG: true, N: -1, T: 'x' } });
    expect(answer.isError).toBe(false);
    expect(world.sessions.stored.get('agents/s1')?.spec?.env).toEqual([
      { name: 'PORT', value: '8080' },
      { name: 'DEBUG', value: 'true' },
      { name: 'N', value: '-1' },
      { name: 'T', value: 'x' },
    ]);
  });

  test.each([
    { env: { A: 1.1 }, want: 'env.A: Invalid input: expected string, received number; put it in quotes.' },
    { env: { A: 2 ** 53 }, want: 'env.A: Invalid input: expected string, received number; put it in quotes.' },
    { env: { A: null }, want: 'env.A: Invalid input: expected string, received null.' },
    { env: { A: ['x'] }, want: 'env.A: Invalid input: expected string, received array.' },
    { env: { A: { B: 'x' } }, want: 'env.A: Invalid input: expected string, received object.' },
  ])('S0.H1.04: refuses $env, since nobody knows what text was meant', async ({ env, want }) => {
    const answer = await create(frontendWorld(), { env });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain(want);
  });

  test.each([
    { name: 'as an object', env: JSON.parse('{"__proto__": "x", "A": "b"}') as unknown },
    { name: 'as JSON text', env: '{"__proto__": "x"}' },
  ])('refuses a variable that no object can hold, sent $name', async ({ env }) => {
    const world = frontendWorld();
    const answer = await create(world, { env });
    expect(answer).toMatchObject({ isError: true, structured: null });
    expect(answer.text).toContain('[INVALID_ARGUMENT]');
    expect(answer.text).toContain('env: "__proto__" is not a usable name');
    expect(world.sessions.stored.size).toBe(0);
  });

  test('waits no longer than asked', async () => {
    const world = frontendWorld();
    world.sessions.statusAt = () => ({});
    await create(world, { wait_seconds: 7 });
    expect(world.clock.monotonicMs()).toBe(7000);
  });

  test.each([
    {
      name: 'a taken name',
      fault: null,
      want: '[NAME_TAKEN] A session named "old" exists in namespace "agents" already.',
    },
    {
      name: 'admission',
      fault: new OperatorError('invalid', 'McpSession "old" is invalid: spec.image: no'),
      want: '[POLICY_DENIED] Admission refused the session: McpSession "old" is invalid: spec.image: no.',
    },
    {
      name: 'admission for two reasons',
      fault: new OperatorError('invalid', 'The McpSession "s1" is invalid: \n* spec.image: no\n* spec.user: no'),
      want: '[POLICY_DENIED] Admission refused the session: The McpSession "s1" is invalid: spec.image: no; spec.user: no.',
    },
    {
      name: 'a namespace that is not there',
      fault: new OperatorError('not-found', 'namespaces "agents" not found'),
      want: '[INVALID_ARGUMENT] The namespace "agents" does not exist. Next: ',
    },
    {
      name: 'a kind that the API server does not know',
      fault: new OperatorError('not-found', 'the server could not find the requested resource'),
      want: '[INTERNAL] A fault on our side.',
    },
    {
      name: 'a quota',
      fault: new OperatorError('forbidden', 'exceeded quota: sessions'),
      want: '[QUOTA_EXCEEDED] exceeded quota: sessions.',
    },
    {
      name: 'an API server that is away',
      fault: new OperatorError('unavailable', 'connect ECONNREFUSED 10.0.0.1:6443'),
      want: '[INTERNAL] The Kubernetes API does not answer right now.',
    },
    {
      name: 'a fault of ours',
      fault: new OperatorError('internal', 'secret detail'),
      want: '[INTERNAL] A fault on our side.',
    },
  ])('refuses because of $name', async ({ fault, want }) => {
    const world = frontendWorld({ sessions: [sessionNamed({ name: 'old' })] });
    world.sessions.createFault = fault;
    const answer = await create(world, { name: 'old' });
    expect(answer.isError).toBe(true);
    expect(answer.text.startsWith(want)).toBe(true);
    expect(answer.text).not.toContain('secret detail');
    expect(answer.text).not.toContain('10.0.0.1');
  });

  test('names every rule that refuses, with its fix, and creates nothing', async () => {
    const world = frontendWorld();
    const answer = await create(world, { ttl_seconds: 43_200, env: { LD_PRELOAD: '/tmp/x.so' } });
    expect(answer.text).toMatch(/^\[POLICY_DENIED\] 2 rules: /);
    expect(answer.text).toContain('spec.lifetime.ttlSeconds');
    expect(answer.text).toContain('spec.env[0]');
    expect(answer.text.match(/Fix: /g)).toHaveLength(2);
    expect(world.sessions.stored.size).toBe(0);
  });

  test.each([
    {
      name: 'an unknown argument, by name',
      args: { privileged: true },
      want: 'unknown argument "privileged"; the arguments are image, name, ns,',
    },
    {
      name: 'a network that is not honoured',
      args: { network: 'egress' },
      want: 'network: Invalid input: expected "none".',
    },
    {
      name: 'a bad name',
      args: { name: '../x' },
      want: 'name: must be 1 to 63 of a-z, 0-9 and "-", without "-" at the ends.',
    },
    { name: 'a bad namespace', args: { ns: 'a/b' }, want: 'ns: must be the name of a namespace.' },
    {
      name: 'text that is not JSON for an object',
      args: { env: 'A=1' },
      want: 'env: Invalid input: expected record, received string.',
    },
  ])('refuses $name', async ({ args, want }) => {
    const answer = await create(frontendWorld(), args);
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('[INVALID_ARGUMENT]');
    expect(answer.text).toContain(want);
    expect(answer.meta).toMatchObject({ 'mcpsession.dev/error': { code: 'INVALID_ARGUMENT' } });
  });

  test('a caller without the right learns which one to ask for', async () => {
    const answer = await create(frontendWorld({ may: () => false }), { ns: 'other' });
    expect(answer.text).toBe(
      '[FORBIDDEN] "system:serviceaccount:agents:alice" may not create mcpsessions in namespace "other". ' +
        'Next: ask an admin of the namespace to grant verb "create" on "mcpsessions" of API group mcpsession.dev.',
    );
  });
});
