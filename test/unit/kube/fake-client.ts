// A KubeClient whose answers a test gives, and whose requests it can read.

import type { KubeClient, KubeRequest } from '../../../src/kube/kube-client.ts';

export interface FakeClient extends KubeClient {
  readonly requests: KubeRequest[];
}

export function createFakeClient(respond: (request: KubeRequest) => unknown): FakeClient {
  const requests: KubeRequest[] = [];
  return {
    url: 'https://fake',
    requests,
    request: async (request) => {
      requests.push(request);
      return { status: 200, body: respond(request), warnings: [] };
    },
    stream: () => Promise.reject(new Error('not used')),
    onAnswer: () => {},
    close: () => Promise.resolve(),
  };
}
