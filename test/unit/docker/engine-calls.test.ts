import { expect, test } from 'vitest';

import { ENGINE_CALLS } from '../../../src/docker/engine-calls.ts';

test('S0.M4.01, S2.V4.01: the closed list is this and nothing else', () => {
  expect(Object.values(ENGINE_CALLS).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /_ping',
    'GET /version',
    'GET /info',
    'GET /events',
    'GET /images/{}/json',
    'POST /images/create',
    'POST /images/create',
    'GET /images/json',
    'DELETE /images/{}',
    'POST /volumes/create',
    'GET /volumes/{}',
    'GET /volumes',
    'DELETE /volumes/{}',
    'POST /networks/create',
    'GET /networks/{}',
    'GET /networks',
    'DELETE /networks/{}',
    'POST /containers/create',
    'GET /containers/json',
    'GET /containers/{}/json',
    'POST /containers/{}/start',
    'POST /containers/{}/stop',
    'POST /containers/{}/kill',
    'DELETE /containers/{}',
    'POST /containers/{}/attach',
    'POST /containers/{}/exec',
    'POST /exec/{}/start',
    'GET /exec/{}/json',
  ]);
});
