import { expect, test } from 'vitest';
import type { AttachmentSummary } from '../../../src/model/attachments.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { type HeldForSession, namesBefore, whatToDo } from '../../../src/plan/former-names.ts';
import { aStoredSession } from '../../support/story.ts';

const session = aStoredSession();
const { uid, namespace, name } = session.meta;
const on = (nodeName: string, of: McpSession = session): McpSession => ({
  ...of,
  status: { assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: '2026-11-20T12:00:00Z' } },
});
const attachment = (kind: AttachmentSummary['kind'], id: string, persistent = false): AttachmentSummary => ({
  ...{ kind, id, persistent },
  identity: { cluster: 'cluster-1', node: 'old', uid, namespace, name, instanceGeneration: 1 },
});
const held: HeldForSession = {
  ...{ uid, namespace, name },
  containers: ['c1'],
  attachments: [attachment('workspace', 'v1'), attachment('network', 'n1')],
};
const kept: HeldForSession = { ...held, attachments: [attachment('workspace', 'v1', true)] };

/** "container c1, network n1", of a session as the API server has it. The same whether there is an McpNode of the former name or not. */
function removed(word: McpSession | null | undefined, of: HeldForSession = held): string {
  const sessionsOfIt = new Map(word === undefined ? [] : [[of.uid, word]]);
  const [there, gone] = [true, false].map((nodeThere) => {
    const step = whatToDo({ former: 'old', nodeThere, held: [of], sessionsOfIt });
    if (step.do !== 'look-after') throw new Error(`unexpected ${step.do}`);
    return step.sessions.flatMap(({ removals }) => removals.map(({ kind, id }) => `${kind} ${id}`)).join(', ');
  });
  expect(there).toBe(gone);
  return gone ?? '';
}

/** What people are told. */
function toldOf(former: string, of: readonly HeldForSession[], known: readonly McpSession[], nodeThere = true): string {
  const sessionsOfIt = new Map(known.map((each) => [each.meta.uid, each]));
  const step = whatToDo({ former, nodeThere, held: of, sessionsOfIt });
  return (step.do === 'look-after' ? step.message : null) ?? '';
}

test.each([
  { what: 'another name: the last one is a former one', last: 'x', before: [], now: 'y', are: ['x'] },
  { what: 'the same name: what is former stays former', last: 'x', before: ['w'], now: 'x', are: ['w'] },
  { what: 'a name that comes back is none any more', last: 'y', before: ['x'], now: 'x', are: ['y'] },
  { what: 'a third name: both are remembered', last: 'y', before: ['x'], now: 'z', are: ['x', 'y'] },
  { what: 'no name is there twice', last: 'x', before: ['x', 'w'], now: 'y', are: ['w', 'x'] },
])('$what', ({ last, before, now, are }) => {
  expect(namesBefore({ nodeName: last, formerNames: before }, now)).toEqual(are);
});

test('a name of which nothing is left is forgotten, whether there is an McpNode or not', () => {
  const nothing = { former: 'old', held: [], sessionsOfIt: new Map() };
  expect(whatToDo({ ...nothing, nodeThere: true })).toEqual({ do: 'forget' });
  expect(whatToDo({ ...nothing, nodeThere: false })).toEqual({ do: 'forget' });
});

test('while there is an McpNode of the former name, people are told of what its sessions still have, and of both ways out', () => {
  const other = { ...kept, uid: 'other', name: 'other' };
  expect(toldOf('old', [held, other], [on('old')])).toBe(
    'this machine was node old before, and its engine still holds 2 containers and 3 networks and volumes of sessions of old, which no controller looks after. Give the node its old name back, and they go on; or run `kubectl delete mcpnode old`: its sessions with failurePolicy Recreate move, the others end when you delete them, and what they leave here is removed',
  );
  const one = { ...held, attachments: [] };
  expect(toldOf('old', [one], [on('old')])).toContain('still holds 1 container of sessions of old');
});

test('people are not told of what goes by itself, nor of anything once the McpNode is gone', () => {
  const other = { ...held, uid: 'other', name: 'other', attachments: [] };
  expect(toldOf('old', [held, other], [on('new')])).toContain('still holds 1 container of sessions of old');
  expect(toldOf('old', [held], [on('new')])).toBe('');
  expect(toldOf('old', [held], [on('old')], false)).toBe('');
});

test('the longest names leave the two ways out within what an event holds', () => {
  expect(toldOf('n'.repeat(200), [held], []).length).toBeLessThan(1_000);
  const longest = toldOf('n'.repeat(253), [held], []);
  expect(longest).toContain('kubectl delete');
  expect(longest.indexOf('kubectl delete')).toBeLessThan(1_000 - 280);
});

const all = 'container c1, network n1, workspace v1';
test.each([
  { what: 'is gone', word: null, goes: all },
  { what: 'is another one of that name', word: { ...on('old'), meta: { ...session.meta, uid: 'new' } }, goes: all },
  { what: 'is assigned to another node', word: on('new'), goes: all },
  { what: 'has no node any more', word: { ...session, status: {} }, goes: all },
  { what: 'is still assigned to the former name', word: on('old'), goes: '' },
  {
    what: 'is being deleted and still assigned to it: placement takes its finalizer away',
    word: on('old', { ...session, meta: { ...session.meta, deletionMs: 1, finalizers: ['mcpsession.dev/container'] } }),
    goes: '',
  },
  { what: 'is not known, because the API server did not answer', word: undefined, goes: '' },
  { what: 'has a spec that this release cannot read', word: { ...on('new'), spec: null }, goes: '' },
])('of a session that $what goes "$goes"', ({ word, goes }) => {
  expect(removed(word)).toBe(goes);
});

test('a workspace that persists goes with its session alone, as on any node', () => {
  expect(removed(on('new'), kept)).toBe('container c1');
  expect(removed(null, kept)).toBe('container c1, workspace v1');
});

test('a session of which nothing has to go is no work', () => {
  const step = whatToDo({ former: 'old', nodeThere: false, held: [held], sessionsOfIt: new Map([[uid, on('old')]]) });
  expect(step).toEqual({ do: 'look-after', sessions: [], message: null });
});
