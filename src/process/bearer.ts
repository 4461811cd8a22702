// The bearer token of a request. Header only: tokens in a query end up in logs.

import type { IncomingHttpHeaders } from 'node:http';

const BEARER = /^bearer +([A-Za-z0-9._~+/=-]{1,16384})$/i;

/** null when there is none, or when it has a shape that no token has. */
export function bearerToken(headers: Pick<IncomingHttpHeaders, 'authorization'>): string | null {
  return BEARER.exec(headers.authorization ?? '')?.[1] ?? null;
}
