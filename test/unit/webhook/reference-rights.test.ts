import { expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { Authorizer } from '../../../src/ports/authority.ts';
import type { AdmissionObject, AdmissionRequest } from '../../../src/webhook/admission-review.ts';
import { createReferenceRights } from '../../../src/webhook/reference-rights.ts';
import { anAdmissionRequest } from '../../support/admission-request.ts';

const never = new AbortController().signal;
const FRONTEND = 'system:serviceaccount:mcpsession-system:mcpsession-frontend';
const caller = (username: string) => ({ username, uid: '', groups: ['devs'], extra: {} });
const anObject = (names: readonly string[], annotations: Record<string, string> = {}): AdmissionObject => ({
  labels: {},
  annotations,
  spec: { env: names.map((name, index) => ({ name: `V${index}`, valueFrom: { secretKeyRef: { name, key: 'k' } } })) },
});

const aRequest = (change: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  anAdmissionRequest({ requester: caller('dana'), object: anObject(['db']), ...change });

async function judge(request: AdmissionRequest) {
  const asked: string[] = [];
  const authorizer: Authorizer = {
    allowed: async ({ username, groups }, { verb, resource, namespace, name }) => {
      asked.push(`${username} ${groups.join()} ${verb} ${namespace}/${resource}/${name}`);
      return { allowed: name === 'mine', reason: '' };
    },
  };
  const found = await createReferenceRights({ authorizer, frontendUsername: FRONTEND }).problems(request, never);
  return { asked, rules: found.map(({ rule }) => rule) };
}

test('S0.L6.01: the requester is asked for, with the groups', async () => {
  expect(await judge(aRequest())).toEqual({ asked: ['dana devs get team-a/secrets/db'], rules: ['MCPS-612'] });
  expect((await judge(aRequest({ object: anObject(['mine']) }))).rules).toEqual([]);
});

test('a dry run is judged like any other', async () => {
  expect((await judge(aRequest({ dryRun: true }))).rules).toEqual(['MCPS-612']);
});

test('an update is asked for what it adds, as the one who updates', async () => {
  const update = aRequest({
    operation: 'UPDATE',
    requester: caller('kim'),
    object: anObject(['db', 'other']),
    oldObject: anObject(['db']),
  });
  expect(await judge(update)).toEqual({ asked: ['kim devs get team-a/secrets/other'], rules: ['MCPS-612'] });
});

test('the front end is believed for the caller whom it names, and for nobody else', async () => {
  const owner = { 'mcpsession.dev/owner': 'dana' };
  const byFrontend = { requester: caller(FRONTEND) };
  expect(await judge(aRequest({ ...byFrontend, object: anObject(['db'], owner) }))).toEqual({ asked: [], rules: [] });
  expect((await judge(aRequest({ ...byFrontend, object: anObject(['db']) }))).rules).toEqual(['MCPS-612']);
  expect((await judge(aRequest({ object: anObject(['db'], owner) }))).rules).toEqual(['MCPS-612']);
});

test('a deletion and a request without an object are asked nothing', async () => {
  expect(await judge(aRequest({ operation: 'DELETE' }))).toEqual({ asked: [], rules: [] });
  expect(await judge(aRequest({ object: null }))).toEqual({ asked: [], rules: [] });
});

test('no answer is no yes', async () => {
  const authorizer: Authorizer = { allowed: () => Promise.reject(new OperatorError('unavailable', 'no answer')) };
  const rights = createReferenceRights({ authorizer, frontendUsername: FRONTEND });
  await expect(rights.problems(aRequest(), never)).rejects.toMatchObject({ kind: 'unavailable' });
});
