import { describe, expect, test } from 'vitest';
import { NODE_AUDIENCE } from '../../../src/model/names.ts';
import { type NodeTarget, requireFrontend, requireTarget } from '../../../src/nodeapi/admit-exec.ts';
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
  const command = { argv: ['true'], env: [], cwd: null, stdin: null, timeoutSeconds: null, maxOutputBytes: null };
  const ask = (
    change: { target?: NodeTarget | null; caller?: typeof ALICE | null; uid?: string; allowed?: boolean } = {},
  ) =>
    requireTarget(
      {
        reference: { namespace: 'agents', name: 's1' },
        request: {
          sessionUid: change.uid ?? 'uid-agents-s1',
          caller: change.caller === undefined ? ALICE : change.caller,
          command,
        },
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
});
