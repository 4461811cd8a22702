import { expect, test } from 'vitest';

import { ObjectStore, type StoredObject } from '../../../src/kube/object-store.ts';
import { isNewer } from '../../../src/kube/raw-object.ts';

const at = (resourceVersion: string, value = `v${resourceVersion}`, uid = 'u1'): StoredObject<string> => ({
  key: 'team/a',
  uid,
  resourceVersion,
  value,
});

function storeWith(...items: readonly StoredObject<string>[]): ObjectStore<string> {
  const store = new ObjectStore<string>();
  store.beginList();
  store.replace(items);
  return store;
}

test.each([
  { name: 'by number, not by text', a: '10', b: '9', want: true },
  { name: 'beyond what a double can hold', a: '9007199254740993', b: '9007199254740992', want: true },
  { name: 'not itself', a: '5', b: '5', want: false },
  { name: 'never something that is no number', a: 'abc', b: '1', want: false },
])('a version is newer $name', ({ a, b, want }) => expect(isNewer(a, b)).toBe(want));

test('an older event changes nothing, a newer one does', () => {
  const store = storeWith(at('10'));
  store.upsert(at('9'));
  expect(store.get('team/a')).toBe('v10');
  store.upsert(at('11'));
  expect(store.get('team/a')).toBe('v11');
});

test('an own write is kept against older events and older list snapshots', () => {
  const store = storeWith(at('10'));
  store.beginList();
  store.observe(at('20', 'own'));
  store.upsert(at('15'));
  store.replace([at('15')]);
  expect(store.get('team/a')).toBe('own');
});

test('a later list wins over an own write, also after the server went back in time', () => {
  const store = storeWith(at('10'));
  store.observe(at('20', 'own'));
  store.beginList();
  store.replace([at('12', 'restored')]);
  expect(store.get('team/a')).toBe('restored');
});

test('an own write never brings back what is gone, left the filter or is another incarnation', () => {
  const store = storeWith();
  store.observe(at('20'));
  expect(store.get('team/a')).toBe(null);
  store.upsert(at('31', 'second', 'u2'));
  store.observe(at('30', 'late answer', 'u1'));
  expect(store.get('team/a')).toBe('second');
});

test('a live read of a newer incarnation takes the place of the one that the watch still shows', () => {
  const store = storeWith(at('10'));
  store.observe(at('30', 'second', 'u2'));
  store.upsert(at('12'));
  expect(store.get('team/a')).toBe('second');
});

test('an event of a deletion that comes a second time, after the object came back, removes nothing', () => {
  const store = storeWith(at('10'));
  store.remove({ key: 'team/a', uid: 'u1', resourceVersion: '12' });
  store.upsert(at('14', 'back'));
  store.remove({ key: 'team/a', uid: 'u1', resourceVersion: '12' });
  expect(store.get('team/a')).toBe('back');
});

test('the deletion of an old incarnation does not remove the new one', () => {
  const store = storeWith(at('10', 'first', 'u1'));
  store.upsert(at('20', 'second', 'u2'));
  store.remove(at('15', '', 'u1'));
  expect(store.get('team/a')).toBe('second');
  store.remove(at('21', '', 'u2'));
  expect(store.get('team/a')).toBe(null);
});

test('an object that left the filter by our own write goes with the event', () => {
  const store = storeWith(at('10'));
  store.observe(at('12', 'assigned elsewhere'));
  store.remove(at('12'));
  expect(store.get('team/a')).toBe(null);
});

test('a list names what is there and what was there', () => {
  const store = storeWith(at('10'));
  store.beginList();
  expect(store.replace([{ ...at('11'), key: 'team/b' }]).toSorted()).toEqual(['team/a', 'team/b']);
});
