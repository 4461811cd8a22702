// What a request is called in a path that is shown.

import { assertNever } from '../../../src/lib/assert-never.ts';
import type { Request } from './model.ts';

export function wordsOf(request: Request): string {
  if ('ask' in request)
    return request.ask === 'session' ? 'the session, live' : `container ${request.target.slice(0, 2)}`;
  switch (request.send) {
    case 'create':
      return `create of ${request.spec.identity.uid.slice(-1)}, attempt ${request.spec.identity.attempt}`;
    case 'start':
    case 'stop':
    case 'remove':
      return `${request.send} of container ${request.id.slice(0, 2)}`;
    case 'status':
      return `status ${request.status.conditions?.find(({ type }) => type === 'Ready')?.reason ?? ''}`;
    case 'finalizer':
      return request.present ? 'adding of the finalizer' : 'removal of the finalizer';
    case 'delete':
      return 'deletion';
    default:
      return assertNever(request);
  }
}
