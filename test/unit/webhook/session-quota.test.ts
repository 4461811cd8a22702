import { expect, test } from 'vitest';
import { OperatorError } from '../../../src/lib/errors.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { AdmissionRequest } from '../../../src/webhook/admission-review.ts';
import { createSessionQuota } from '../../../src/webhook/session-quota.ts';
import { anAdmissionRequest } from '../../support/admission-request.ts';
import { aStoredSession } from '../../support/story.ts';
import { createManualClock } from '../process/manual-clock.ts';

const policy = defaultPolicy();
const never = new AbortController().signal;

const aCreate = (name: string, change: Partial<AdmissionRequest> = {}): AdmissionRequest =>
  anAdmissionRequest({ uid: `request-${name}`, name, ...change });

function setUp() {
  const stored = new Map<string, McpSession>();
  const state = { synced: true };
  const clock = createManualClock(0);
  const cache = {
    isSynced: () => state.synced,
    whenSynced: () => (state.synced ? Promise.resolve() : Promise.reject(new OperatorError('cancelled', 'too late'))),
    all: () => stored.values(),
    cached: ({ namespace, name }: { namespace: string; name: string }) => stored.get(`${namespace}/${name}`) ?? null,
  };
  const quota = createSessionQuota({ cache, clock });
  const put = (name: string, change: Partial<McpSession> = {}) => {
    const session = aStoredSession();
    stored.set(`team-a/${name}`, { ...session, meta: { ...session.meta, name, uid: name }, ...change });
  };
  const ask = (request: AdmissionRequest) => {
    const rules = quota.problems(request, policy).map(({ rule }) => rule);
    if (rules.length === 0) quota.admitted(request);
    return rules;
  };
  return { quota, put, ask, state, clock, stored };
}

test('S4.DEV.03: the eleventh create is denied', () => {
  const { put, ask } = setUp();
  for (let count = 0; count < 10; count += 1) put(`s${count}`);
  expect(ask(aCreate('s10'))).toEqual(['MCPS-411']);
});

test('S4.DEV.03: of twenty creates before the watch tells of any, ten are admitted', () => {
  const { ask } = setUp();
  const answers = Array.from({ length: 20 }, (_, index) => ask(aCreate(`s${index}`)));
  expect(answers.filter((rules) => rules.length === 0)).toHaveLength(10);
});

test('names that the API server has yet to make up count one by one', () => {
  const { ask } = setUp();
  const answers = Array.from({ length: 12 }, (_, index) => ask(aCreate('', { uid: `request-${index}` })));
  expect(answers.filter((rules) => rules.length === 0)).toHaveLength(10);
});

test('what was admitted is counted once when the watch tells of it', () => {
  const { put, ask } = setUp();
  for (let count = 0; count < 9; count += 1) {
    ask(aCreate(`s${count}`));
    put(`s${count}`);
  }
  expect(ask(aCreate('s9'))).toEqual([]);
  expect(ask(aCreate('s10'))).toEqual(['MCPS-411']);
});

test('what came and went between two creates counts no more', () => {
  const { quota, put, ask, stored } = setUp();
  for (let count = 0; count < 15; count += 1) {
    expect(ask(aCreate(`s${count}`))).toEqual([]);
    put(`s${count}`);
    stored.delete(`team-a/s${count}`);
    quota.noticed(`team-a/s${count}`);
  }
});

test('what was admitted and never came is forgotten', async () => {
  const { ask, clock } = setUp();
  for (let count = 0; count < 10; count += 1) ask(aCreate(`s${count}`));
  expect(ask(aCreate('s10'))).toEqual(['MCPS-411']);
  await clock.advance(5_000);
  expect(ask(aCreate('s10'))).toEqual([]);
});

test('a dry run is counted against the quota and takes no place', () => {
  const { put, ask } = setUp();
  for (let count = 0; count < 9; count += 1) put(`s${count}`);
  for (let count = 0; count < 5; count += 1) expect(ask(aCreate(`dry${count}`, { dryRun: true }))).toEqual([]);
  put('s9');
  expect(ask(aCreate('dry', { dryRun: true }))).toEqual(['MCPS-411']);
});

test('a second create of one name does not count the first, which is what the API server refuses it for', () => {
  const { put, ask } = setUp();
  for (let count = 0; count < 10; count += 1) put(`s${count}`);
  expect(ask(aCreate('s3'))).toEqual([]);
});

test('updates and deletions are not counted', () => {
  const { put, ask } = setUp();
  for (let count = 0; count < 10; count += 1) put(`s${count}`);
  expect(ask(aCreate('s3', { operation: 'UPDATE' }))).toEqual([]);
  expect(ask(aCreate('s4', { operation: 'DELETE', object: null }))).toEqual([]);
});

test('the owner is the annotation that would be stored', () => {
  const { ask } = setUp();
  const annotations = { 'mcpsession.dev/owner': 'dana' };
  const owned = (name: string) => aCreate(name, { object: { labels: {}, annotations, spec: {} } });
  expect([ask(owned('a')), ask(owned('b')), ask(owned('c')), ask(owned('d'))]).toEqual([[], [], [], ['MCPS-410']]);
  expect(ask(aCreate('e'))).toEqual([]);
});

test('an unknown number is no small one: before the first list there is no answer', async () => {
  const { quota, state, ask } = setUp();
  state.synced = false;
  await expect(quota.whenKnown(aCreate('s'), never)).rejects.toMatchObject({ kind: 'unavailable' });
  await quota.whenKnown(aCreate('s', { operation: 'UPDATE' }), never);
  expect(() => ask(aCreate('s'))).toThrow(/not listed yet/);
  expect(() => ask(aCreate('dry', { dryRun: true }))).toThrow(/not listed yet/);
});
