import { describe, expect, test } from 'vitest';
import type { Caller } from '../../../../src/model/caller.ts';
import { serviceAccountUsername } from '../../../../src/model/names.ts';
import { ownerViolation } from '../../../../src/rules/access/owner.ts';
import { mayUseSession } from '../../../../src/rules/access/session-access.ts';
import { renderCauseText } from '../../../../src/rules/render.ts';

const frontendUsername = serviceAccountUsername('mcpsession-system', 'mcpsession-frontend');
const caller = (username: string): Caller => ({ username, uid: '', groups: [], extra: {} });

describe('MCPS-601 owner of a session', () => {
  test.each([
    { name: 'nobody, by anybody', owner: null, requester: 'dana' },
    { name: 'the requester', owner: 'dana', requester: 'dana' },
    { name: 'anybody, by the front end', owner: 'dana', requester: frontendUsername },
    { name: 'the same on update, by anybody', owner: 'dana', previousOwner: 'dana', requester: 'eve' },
    { name: 'nobody before and after, by anybody', owner: null, previousOwner: null, requester: 'eve' },
  ])('accepts $name', ({ requester, ...request }) => {
    expect(ownerViolation({ ...request, requester: caller(requester), frontendUsername })).toBeNull();
  });

  test.each([
    { name: 'somebody else', owner: 'dana', requester: 'eve' },
    { name: 'another spelling', owner: 'Dana', requester: 'dana' },
    { name: 'an empty name', owner: '', requester: 'dana' },
    { name: 'an empty name by the front end', owner: '', requester: frontendUsername },
    { name: 'a change by the owner', owner: 'eve', previousOwner: 'dana', requester: 'dana' },
    { name: 'a change by the front end', owner: 'eve', previousOwner: 'dana', requester: frontendUsername },
    { name: 'a removal', owner: null, previousOwner: 'dana', requester: 'dana' },
    { name: 'a late addition', owner: 'dana', previousOwner: null, requester: 'dana' },
  ])('refuses $name', ({ requester, ...request }) => {
    expect(ownerViolation({ ...request, requester: caller(requester), frontendUsername })).toMatchObject({
      rule: 'MCPS-601',
      kind: 'forbidden',
      path: 'metadata.annotations[mcpsession.dev/owner]',
    });
  });

  test('says who asked for whom', () => {
    const violation = ownerViolation({ owner: 'dana\n', requester: caller('eve'), frontendUsername });
    expect(violation === null ? null : renderCauseText(violation)).toBe(
      'Forbidden: [MCPS-601] "dana\\n" is not the requester "eve"; fix: delete the annotation, or name yourself (mcpsession.dev/r/601)',
    );
  });
});

describe('mayUseSession', () => {
  const owned = (annotations: Readonly<Record<string, string>>) => ({ meta: { annotations } });
  test.each([
    { name: 'the owner', annotations: { 'mcpsession.dev/owner': 'dana' }, username: 'dana', want: true },
    { name: 'nobody else', annotations: { 'mcpsession.dev/owner': 'dana' }, username: 'eve', want: false },
    {
      name: 'nobody in another spelling',
      annotations: { 'mcpsession.dev/owner': 'dana' },
      username: 'DANA',
      want: false,
    },
    { name: 'nobody under an empty owner', annotations: { 'mcpsession.dev/owner': '' }, username: 'dana', want: false },
    { name: 'everybody without an owner, since RBAC decides', annotations: {}, username: 'eve', want: true },
  ])('lets in $name', ({ annotations, username, want }) => {
    expect(mayUseSession({ username }, owned(annotations))).toBe(want);
  });
});
