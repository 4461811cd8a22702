import { expect, test } from 'vitest';
import { createDirector, type Director } from '../../faults/proxy/director.ts';
import type { MutatingRequest } from '../../faults/proxy/effects.ts';

const UID = '575d2ea2-55bd-419f-b55b-4bcae050f8bb';
const ID = 'ab'.repeat(32);
const create: MutatingRequest = {
  api: 'docker',
  method: 'POST',
  path: `/v1.41/containers/create?name=mcps-${UID}`,
  body: '',
};
const start: MutatingRequest = { api: 'docker', method: 'POST', path: `/v1.41/containers/${ID}/start`, body: '' };
const lease: MutatingRequest = { api: 'kube', method: 'PUT', path: '/apis/x/leases/a', body: '' };

function aDirector(seed = 0) {
  const containers = new Map<string, string>();
  const told: string[] = [];
  const director = createDirector({
    plan: { seed },
    aliasOf: ({ uid, containerId }) => ((uid ?? containers.get(containerId ?? '')) === UID ? 's1' : null),
    onCreated: (uid, id) => void containers.set(id, uid),
    kill: (program) => void told.push(`kill ${program}`),
    partition: (api) => void told.push(`partition ${api}`),
    onFault: (what) => void told.push(what),
    onEffect: () => {},
    interfere: () => null,
  });
  return { director, told };
}

const meet = (director: Director, request: MutatingRequest) => director.meet('controller', request);

test('numbers what is done for sessions, and side effects apart', () => {
  const { director } = aDirector();
  const numbers = [lease, create, lease, start].map((request) => meet(director, request).effect.n);
  expect(numbers).toEqual([0, 1, 0, 0]); // the container is not known to be a session's: it brings the session init
});

test('knows the container of a session by the answer to its creation', () => {
  const { director } = aDirector();
  const { effect } = meet(director, create);
  director.answered(effect, 201, `{"Id":"${ID}"}`);
  expect(meet(director, start).effect).toMatchObject({ n: 2, kind: 'start', session: 's1' });
});

test('a fault happens once, at its occurrence, and is reached then', () => {
  const { director, told } = aDirector();
  director.expect({ match: { kind: 'create', session: 's1' }, occurrence: 2 }, 'S');
  expect(meet(director, create).verdict).toEqual({ act: 'pass' });
  expect(director.reached).toBe(false);
  expect(meet(director, create).verdict).toEqual({ act: 'kill-after-reply', relay: false });
  expect(meet(director, create).verdict).toEqual({ act: 'pass' });
  expect(director.reached).toBe(true);
  expect(told).toEqual(['S at #2 create of s1']);
});

test.each([
  ['B', { act: 'kill-before' }],
  ['A', { act: 'kill-after-reply', relay: true }],
  ['R', { act: 'reset-after-reply' }],
  ['E409', { act: 'answer', code: 409 }],
  ['Etimeout', { act: 'silence' }],
  ['H', { act: 'half' }],
  ['L300', { act: 'delay', ms: 300 }],
  ['D', { act: 'twice', relay: 'first' }],
])('mode %s', (mode, verdict) => {
  const { director } = aDirector();
  director.expect({ n: 1 }, mode);
  expect(meet(director, create).verdict).toEqual(verdict);
});

test('the seed says which reply of two is relayed', () => {
  const { director } = aDirector(1);
  director.expect({ n: 1 }, 'D');
  expect(meet(director, create).verdict).toEqual({ act: 'twice', relay: 'second' });
});

test('a partition closes the side that the request is for', () => {
  const { director, told } = aDirector();
  director.expect({ n: 1 }, 'P');
  expect(meet(director, create).verdict).toEqual({ act: 'pass' });
  expect(told).toContain('partition docker');
});

test('a request that is answered twice is counted once', () => {
  const { director } = aDirector();
  const { effect } = meet(director, create);
  director.answered(effect, 201, '');
  director.answered(effect, null, '');
  expect(director.inFlight).toBe(0);
  expect(effect.status).toBe(201);
});
