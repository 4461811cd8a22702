import { afterAll, beforeAll, expect, test } from 'vitest';

import { apply, requestToken } from '../../../src/kube/install.ts';
import { createAuthenticator, createAuthorizer } from '../../../src/kube/token-authority.ts';
import type { AccessRequest, Caller } from '../../../src/model/caller.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { clientOf, never } from './cluster.ts';

const server = sharedApiServer();
const client = clientOf(server);
const authenticator = createAuthenticator(client, systemClock);
const authorizer = createAuthorizer(client, systemClock);
let namespace: string;
let token: string;

beforeAll(async () => {
  namespace = await server.newNamespace();
  const rbac = 'rbac.authorization.k8s.io';
  await apply(client, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'runner', namespace } }, never);
  const rules = [{ apiGroups: ['mcpsession.dev'], resources: ['mcpsessions/exec'], verbs: ['create'] }];
  await apply(client, { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'exec', namespace }, rules }, never);
  const binding = {
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'exec', namespace },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'exec' },
    subjects: [{ kind: 'ServiceAccount', name: 'runner', namespace }],
  };
  await apply(client, binding, never);
  const wanted = { namespace, serviceAccount: 'runner', audience: 'mcpsession', expirationSeconds: 600 };
  ({ token } = await requestToken(client, wanted, never));
});
afterAll(() => client.close());

test('a token of our audience names its account and groups', async () => {
  const caller = await authenticator.authenticate(token, 'mcpsession', never);
  expect(caller).toMatchObject({
    username: `system:serviceaccount:${namespace}:runner`,
    groups: expect.arrayContaining(['system:serviceaccounts', 'system:authenticated']),
  });
});

test.each([
  { name: 'a token for another audience', given: () => token, audience: 'mcpsession-node' },
  { name: 'garbage', given: () => 'garbage', audience: 'mcpsession' },
  { name: 'a token with a changed signature', given: () => `${token.slice(0, -6)}AAAAAA`, audience: 'mcpsession' },
])('$name is nobody', async ({ given, audience }) => {
  expect(await authenticator.authenticate(given(), audience, never)).toBe(null);
});

test('the rights of the caller count, not ours', async () => {
  const caller = (await authenticator.authenticate(token, 'mcpsession', never)) as Caller; // proved above
  const ask = async (change: Partial<AccessRequest>) => {
    const request = {
      verb: 'create',
      resource: 'mcpsessions',
      subresource: 'exec',
      namespace,
      name: 's1',
      ...change,
    } as const;
    return (await authorizer.allowed(caller, request, never)).allowed;
  };
  expect(await ask({})).toBe(true);
  expect(await ask({ subresource: 'files' })).toBe(false);
  expect(await ask({ namespace: 'default' })).toBe(false);
});

test('a server that is away is unavailable, not a refusal', async () => {
  const dead = createAuthenticator(
    { ...client, request: (request, signal) => gone.request(request, signal) },
    systemClock,
  );
  await expect(dead.authenticate(token, 'mcpsession', never)).rejects.toMatchObject({ kind: 'unavailable' });
});

/** Our own credentials are bad: that says nothing about the caller's. */
const gone = {
  request: (request: Parameters<typeof client.request>[0], signal: AbortSignal) =>
    client.request({ ...request, path: `${request.path}/nowhere` }, signal),
};
