// Which way a person's process takes to the front end: by name where the name is known, else through the API server.

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createFrontendDial } from '../../../src/compose/frontend-dial.ts';
import type { ServicePort } from '../../../src/kube/service-pods.ts';

const never = new AbortController().signal;
const SERVICE = 'https://mcpsession-frontend.mcpsession-system.svc';

function world(outcome: string) {
  const asked: string[] = [];
  const tunnels: ServicePort[] = [];
  const dial = createFrontendDial({
    resolve: (host) => {
      asked.push(host);
      return outcome === 'found' ? Promise.resolve() : Promise.reject(Object.assign(new Error(), { code: outcome }));
    },
    tunnel: (service) => {
      tunnels.push(service);
      return Promise.resolve(new PassThrough());
    },
  });
  return { asked, tunnels, to: async (url: string) => (await dial(new URL(url), never)) !== null };
}

test.each(['ENOTFOUND', 'EAI_AGAIN'])(
  'a name of the cluster that is not known here (%s) needs a tunnel',
  async (code) => {
    const { to, tunnels } = world(code);
    expect(await to(SERVICE)).toBe(true);
    expect(await to(`${SERVICE}.cluster.local:8443`)).toBe(true);
    const service = { namespace: 'mcpsession-system', name: 'mcpsession-frontend' };
    expect(tunnels).toEqual([
      { ...service, port: 443 },
      { ...service, port: 8443 },
    ]);
  },
);

test('in a pod the name is known, and everything goes by it', async () => {
  const { to, asked } = world('found');
  expect(await to(SERVICE)).toBe(false);
  expect(asked).toEqual(['mcpsession-frontend.mcpsession-system.svc']);
});

test('any other trouble with names is for the connection to tell', async () => {
  expect(await world('ECONNREFUSED').to(SERVICE)).toBe(false);
});

test.each(['https://127.0.0.1:8443', 'https://mcps.example.com', 'https://svc', 'https://a.b.svc-x'])(
  '%s is no name of a Service, and nobody asks for it',
  async (url) => {
    const { to, asked } = world('ENOTFOUND');
    expect(await to(url)).toBe(false);
    expect(asked).toEqual([]);
  },
);

test('whether a name is known is asked once, by many connections at a time too', async () => {
  const { to, asked, tunnels } = world('ENOTFOUND');
  await Promise.all([to(SERVICE), to(SERVICE)]);
  await to(SERVICE);
  expect(asked).toHaveLength(1);
  expect(tunnels).toHaveLength(3);
});
