import { describe, expect, test } from 'vitest';
import type { OperationName } from '../../../src/model/node-operations.ts';
import { operationPath, parseRoute, ROUTES } from '../../../src/model/node-routes.ts';

const SESSION = { namespace: 'team-a', name: 'py.1' };
// Object.keys knows the keys as strings only.
const NAMES = Object.keys(ROUTES) as OperationName[];

const routeOf = (method: string, target: string) => {
  const url = new URL(target, 'https://n');
  return parseRoute({ method, path: url.pathname, op: url.searchParams.get('op') });
};

describe('routes of the node protocol', () => {
  test.each(NAMES)('%s is found under the path that is made for it', (operation) => {
    const execId = ROUTES[operation].path.includes('ID') ? 'ex_1' : '';
    const target = operationPath({ operation, ...SESSION, execId }, { uid: 'u', path: '../a b?&', none: null });
    expect(routeOf(ROUTES[operation].method, target)).toEqual({ operation, ...SESSION, execId });
  });

  test('parameters are encoded, and left out when they are null', () => {
    const target = operationPath({ operation: 'fileStat', ...SESSION }, { uid: 'u', path: 'a b&c', mode: null });
    expect(target).toBe('/v1/namespaces/team-a/sessions/py.1/files?op=stat&uid=u&path=a+b%26c');
  });

  const base = '/v1/namespaces/team-a/sessions/py.1';
  test.each([
    { method: 'DELETE', path: `${base}/exec` },
    { method: 'GET', path: `${base}/files` },
    { method: 'GET', path: `${base}/files?op=chmod` },
    { method: 'POST', path: `${base}/exec/ex_1` },
    { method: 'GET', path: `${base}/exec/ex_1/outputs` },
    { method: 'GET', path: `${base}/exec/${'a'.repeat(65)}` },
    { method: 'GET', path: `${base}/exec/a%2Fb` },
    { method: 'GET', path: base },
    { method: 'GET', path: '/v1/namespaces/A/sessions/s/exec' },
    { method: 'GET', path: '/v2/namespaces/a/sessions/s/exec' },
  ])('$method $path is none', ({ method, path }) => {
    expect(routeOf(method, path)).toBeNull();
  });
});
