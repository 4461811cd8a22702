// The one mapping between our fault kinds and HTTP status codes, both ways: node API, node protocol of the front end, their client.

import { assertNever } from '../lib/assert-never.ts';
import type { FaultKind } from '../lib/errors.ts';

export function statusOfKind(kind: FaultKind): number {
  switch (kind) {
    case 'invalid':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'forbidden':
    case 'path-outside':
      return 403;
    case 'not-found':
    case 'path-not-found':
      return 404;
    case 'already-exists':
    case 'conflict':
      return 409;
    case 'expired':
      return 410;
    case 'too-large':
      return 413;
    case 'denied':
      return 422; // as admission answers
    case 'rate-limited':
      return 429;
    case 'cancelled':
      return 499;
    case 'internal':
      return 500;
    case 'unsupported':
      return 501;
    case 'refused':
      return 502;
    case 'unavailable':
      return 503;
    case 'timeout':
      return 504;
    case 'no-space':
      return 507;
    default:
      return assertNever(kind);
  }
}

/** For answers without a body of ours, for example from a proxy. */
export function kindOfStatus(status: number): FaultKind {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 409:
      return 'conflict';
    case 413:
      return 'too-large';
    case 429:
      return 'rate-limited';
    case 504:
      return 'timeout';
    default:
      return status >= 400 && status < 500 ? 'invalid' : 'unavailable';
  }
}
