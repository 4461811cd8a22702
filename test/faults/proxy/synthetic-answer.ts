// Answers that no server gave, in the words that each of them would use.

import type { Api } from './effects.ts';

const REASONS: Readonly<Record<number, string>> = {
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
};

export function syntheticAnswer(api: Api, code: number) {
  const message = `synthetic ${code} of the fault harness`;
  const text =
    api === 'docker'
      ? JSON.stringify({ message: code === 409 ? 'removal of container is already in progress' : message })
      : JSON.stringify({
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          message,
          reason: REASONS[code] ?? '',
          code,
        });
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (code === 429) headers['retry-after'] = '1';
  return { status: code, headers, body: Buffer.from(text) };
}
