import { describe, expect, test } from 'vitest';
import { NODE_AUDIENCE } from '../../../src/model/names.ts';
import { OPERATION_RIGHTS, type OperationName } from '../../../src/model/node-operations.ts';
import { type NodeTarget, requireFrontend, requireSession, requireTarget } from '../../../src/nodeapi/admit.ts';
import {
  ALICE,
  BOB,
  callerNamed,
  fakeAuthenticator,
  fakeAuthorizer,
  sessionNamed,
} from '../../support/frontend-fakes.ts';

const never = new AbortController().signal;
const FRONTEND = callerNamed('mcpsession-system', 'mcpsession-frontend');

describe('who may call a node API', () => {
  const authenticator = fakeAuthenticator({
    good: { audience: NODE_AUDIENCE, caller: FRONTEND },
    'other-audience': { audience: 'mcpsession', caller: FRONTEND },
    'other-account': { audience: NODE_AUDIENCE, caller: BOB },
  });
  const ask = (token: string | null) =>
    requireFrontend({ token, authenticator, frontendUsername: FRONTEND.username }, never);

  test('the account of the front end with a token for node APIs', async () => {
    await expect(ask('good')).resolves.toBeUndefined();
  });

  test.each([
    { token: null, kind: 'unauthenticated' },
    { token: 'unknown', kind: 'unauthenticated' },
    { token: 'other-audience', kind: 'unauthenticated' },
    { token: 'other-account', kind: 'forbidden' },
  ])('not with token $token', async ({ token, kind }) => {
    await expect(ask(token)).rejects.toMatchObject({ kind });
  });
});

describe('the container of a command', () => {
  const target: NodeTarget = {
    session: sessionNamed({ name: 's1', owner: ALICE.username }),
    containerId: 'c1',
    user: '1001:1001',
    workingDir: '/workspace',
    verified: true,
  };
  const ask = (
    change: { target?: NodeTarget | null; caller?: typeof ALICE | null; uid?: string; allowed?: boolean } = {},
  ) =>
    requireTarget(
      {
        operation: 'exec',
        namespace: 'agents',
        name: 's1',
        uid: change.uid ?? 'uid-agents-s1',
        caller: change.caller === undefined ? ALICE : change.caller,
      },
      {
        authorizer: fakeAuthorizer(() => change.allowed ?? true),
        findTarget: () => (change.target === undefined ? target : change.target),
      },
      never,
    );

  test('is given when right, owner, UID, container and isolation are as they should be', async () => {
    await expect(ask()).resolves.toEqual(target);
  });

  test.each([
    { name: 'the front end names no caller', given: { caller: null }, kind: 'invalid' },
    { name: 'the caller lacks the right', given: { allowed: false }, kind: 'forbidden' },
    { name: 'the session is unknown here', given: { target: null }, kind: 'not-found' },
    { name: 'the UID is that of another session', given: { uid: 'other' }, kind: 'not-found' },
    { name: 'the session is somebody else’s', given: { caller: BOB }, kind: 'not-found' },
    { name: 'the container does not run', given: { target: { ...target, containerId: null } }, kind: 'unavailable' },
    { name: 'the isolation is not verified', given: { target: { ...target, verified: false } }, kind: 'unavailable' },
    {
      name: 'the session is being deleted',
      given: { target: { ...target, session: { ...target.session, meta: { ...target.session.meta, deletionMs: 1 } } } },
      kind: 'unavailable',
    },
  ])('is refused when $name', async ({ given, kind }) => {
    await expect(ask(given)).rejects.toMatchObject({ kind });
  });

  test('a missing session and somebody else’s are refused in the same words', async () => {
    const message = (run: Promise<unknown>) =>
      run.then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await message(ask({ caller: BOB }))).toBe(await message(ask({ target: null })));
  });

  // Object.keys knows the keys as strings only.
  test.each(Object.keys(OPERATION_RIGHTS) as OperationName[])('%s asks for its own right', async (operation) => {
    const authorizer = fakeAuthorizer();
    const asked = { operation, namespace: 'agents', name: 's1', uid: 'uid-agents-s1', caller: ALICE };
    await requireTarget(asked, { authorizer, findTarget: () => target }, never);
    expect(authorizer.asked).toEqual([
      { caller: ALICE, request: { resource: 'mcpsessions', namespace: 'agents', name: 's1', ...RIGHTS[operation] } },
    ]);
  });

  test('need not run for what the session wrote', async () => {
    const asked = { operation: 'logs', namespace: 'agents', name: 's1', uid: 'uid-agents-s1', caller: ALICE } as const;
    const ended = { ...target, containerId: null };
    const deps = { authorizer: fakeAuthorizer(), findTarget: () => ended };
    await expect(requireSession(asked, deps, never)).resolves.toEqual(ended);
    await expect(requireSession({ ...asked, caller: BOB }, deps, never)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

/** Written out again: what security.md 7 says, not what the table says. */
const RIGHTS: Readonly<Record<OperationName, object>> = {
  exec: { verb: 'create', subresource: 'exec' },
  openExec: { verb: 'create', subresource: 'exec' },
  listExecs: { verb: 'create', subresource: 'exec' },
  execRecord: { verb: 'create', subresource: 'exec' },
  execOutput: { verb: 'create', subresource: 'exec' },
  execInput: { verb: 'create', subresource: 'exec' },
  execKill: { verb: 'create', subresource: 'exec' },
  logs: { verb: 'get', subresource: 'log' },
  fileStat: { verb: 'get', subresource: 'files' },
  fileList: { verb: 'get', subresource: 'files' },
  fileRead: { verb: 'get', subresource: 'files' },
  fileWrite: { verb: 'update', subresource: 'files' },
  fileMakeDirectory: { verb: 'update', subresource: 'files' },
  fileRemove: { verb: 'update', subresource: 'files' },
  forward: { verb: 'create', subresource: 'portforward' },
};
