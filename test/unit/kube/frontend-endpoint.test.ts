// Where clients look for the front end: in the namespace of the operator, wherever that is.

import { expect, test } from 'vitest';
import { findFrontendEndpoint } from '../../../src/kube/frontend-endpoint.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { OperatorError } from '../../../src/lib/errors.ts';

const never = new AbortController().signal;
const WEBHOOK = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/mcpsession';
const configMap = (namespace: string) => `/api/v1/namespaces/${namespace}/configmaps/mcpsession-frontend`;
const behindService = (namespace: string) => ({ webhooks: [{ clientConfig: { service: { namespace, name: 'x' } } }] });
const at = (url: string) => ({ data: { url, 'ca.crt': 'pem' } });

/** Answers by path; what is not there is not found, a text is refused with it. */
function cluster(objects: Readonly<Record<string, object | string>>): KubeClient {
  const request: KubeClient['request'] = ({ path }) => {
    const found = objects[path];
    if (found === undefined) return Promise.reject(new OperatorError('not-found', path));
    if (typeof found === 'string') return Promise.reject(new OperatorError('forbidden', found));
    return Promise.resolve({ status: 200, body: found, warnings: [] });
  };
  return { request } as KubeClient; // nothing else of it is used
}

test('a chart in another namespace is found, whatever an older one left in the usual one', async () => {
  const objects = {
    [WEBHOOK]: behindService('mcps-ops'),
    [configMap('mcps-ops')]: at('https://new'),
    [configMap('mcpsession-system')]: at('https://old'),
  };
  expect(await findFrontendEndpoint(cluster(objects), never)).toEqual({ url: 'https://new', caPem: 'pem' });
});

test('nothing of the usual namespace matters to a chart in another one', async () => {
  const objects = {
    [WEBHOOK]: behindService('mcps-ops'),
    [configMap('mcps-ops')]: at('https://new'),
    [configMap('mcpsession-system')]: 'no such namespace for you',
  };
  expect(await findFrontendEndpoint(cluster(objects), never)).toMatchObject({ url: 'https://new' });
});

test.each([
  { what: 'the usual namespace', configuration: behindService('mcpsession-system') },
  {
    what: 'a webhook with an address, as of `up`',
    configuration: { webhooks: [{ clientConfig: { url: 'https://x' } }] },
  },
  { what: 'a configuration that nobody may see', configuration: 'not for you' },
])('with $what the usual place counts', async ({ configuration }) => {
  const objects = { [WEBHOOK]: configuration, [configMap('mcpsession-system')]: at('https://usual') };
  expect(await findFrontendEndpoint(cluster(objects), never)).toMatchObject({ url: 'https://usual' });
});

test('no configuration, no ConfigMap: nobody said where it is', async () => {
  expect(await findFrontendEndpoint(cluster({}), never)).toBe(null);
});

test('a refusal at the right place is told', async () => {
  const objects = { [WEBHOOK]: behindService('mcps-ops'), [configMap('mcps-ops')]: 'configmaps is forbidden' };
  await expect(findFrontendEndpoint(cluster(objects), never)).rejects.toMatchObject({ kind: 'forbidden' });
  const usual = { [configMap('mcpsession-system')]: 'configmaps is forbidden' };
  await expect(findFrontendEndpoint(cluster(usual), never)).rejects.toMatchObject({ kind: 'forbidden' });
});
