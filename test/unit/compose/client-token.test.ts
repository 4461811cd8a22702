// The account as which a person's process speaks to the front end, and what is said where it is missing.

import { expect, test } from 'vitest';
import { clientToken } from '../../../src/compose/client-token.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { createFakeClient } from '../kube/fake-client.ts';

const never = new AbortController().signal;
const ACCOUNT = { namespace: 'team-a', serviceAccount: 'mcpsession-client' };

test('a token is asked for with the audience of the front end, and used until it nears its end', async () => {
  const ends = [Date.now() + 30_000, Date.now() + 3_600_000];
  const client = createFakeClient(({ path }) => {
    const expirationTimestamp = new Date(ends[client.requests.length - 1] ?? 0).toISOString();
    return { status: { token: `${path} ${client.requests.length}`, expirationTimestamp } };
  });
  const token = clientToken(client, ACCOUNT);
  const path = '/api/v1/namespaces/team-a/serviceaccounts/mcpsession-client/token';
  expect([await token(never), await token(never), await token(never)]).toEqual([`${path} 1`, `${path} 2`, `${path} 2`]);
  expect(client.requests[0]?.body).toMatchObject({ spec: { audiences: ['mcpsession'] } });
});

test('where the account is missing, the commands that make it are told', async () => {
  const client = createFakeClient(() => {
    throw new OperatorError('not-found', 'serviceaccounts "mcpsession-client" not found');
  });
  const failed = await clientToken(client, ACCOUNT)(never).catch((thrown: unknown) => thrown);
  expect(failed).toMatchObject({ kind: 'not-found' });
  expect((failed as Error).message.split('\n')).toEqual([
    'no ServiceAccount "mcpsession-client" in namespace "team-a", as which commands reach sessions there; make it and give it its rights:',
    '  kubectl create serviceaccount mcpsession-client -n team-a',
    '  kubectl create rolebinding mcpsession-client-edit -n team-a --clusterrole mcpsession-edit --serviceaccount team-a:mcpsession-client',
    '  kubectl create rolebinding mcpsession-client-exec -n team-a --clusterrole mcpsession-exec --serviceaccount team-a:mcpsession-client',
    'or name another one with --service-account (see examples/rbac/client.yaml)',
  ]);
});

test('any other refusal is told as it is', async () => {
  const refusal = new OperatorError('forbidden', 'serviceaccounts/token is forbidden');
  const client = createFakeClient(() => {
    throw refusal;
  });
  await expect(clientToken(client, ACCOUNT)(never)).rejects.toBe(refusal);
});
