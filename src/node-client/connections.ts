// HTTPS to the nodes: pools for requests, a connection of its own for each stream that leaves HTTP. Trusts the endpoint's own CA and
// nothing else; follows no redirects; sends the token to that endpoint only.

import { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import { OperatorError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';
import { readBounded } from '../process/read-bounded.ts';
import { connectorFor } from './dialled.ts';
import { faultOfResponse, faultOfTransport } from './node-faults.ts';

/** Pools: two for each endpoint. */
const MAX_ENDPOINTS = 1024;
const MAX_FAULT_BYTES = 64 * 1024;
/** Connections per endpoint; each running command holds one. */
const CONNECTIONS = 128;
const TIMEOUTS = {
  connect: 5_000,
  /** TokenReview, SubjectAccessReview and the start of the command lie before the first byte. */
  headersTimeout: 30_000,
  /** The server sends a heartbeat every 15 s while there is nothing to say. */
  bodyTimeout: 45_000,
};
/**
 * Of an idle connection that may be a tunnel: through one the end of a process is heard of a second late, and what is sent meanwhile is lost.
 * Below the time for which a front end still answers before it ends, so that nobody waits on a connection to one that is about to.
 */
const TUNNEL_IDLE_MS = 2_000;

export interface NodeRequest {
  readonly endpoint: NodeEndpoint;
  /** Urgent requests have connections of their own: what ends a command does not wait behind those who wait for one. */
  readonly lane: 'ordinary' | 'urgent';
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<Uint8Array> | null;
  /** How long the other side may think before it answers; null: 30 s. */
  readonly answerWithinMs: number | null;
}

export interface Connections {
  /** The answer with status 200, to be read to its end. Rejects with the fault that the other side answered. */
  send(request: NodeRequest, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** `dial` null: by the endpoints' names. */
export function createConnections(dial: NodeDial | null): Connections {
  const closing = new AbortController();
  const pools = new LRUCache<string, Pool>({
    max: MAX_ENDPOINTS,
    // Only what falls out: what runs over it goes on to its end.
    dispose: (pool, _key, reason) => {
      if (reason === 'evict') void pool.close();
    },
  });
  /** One pool per lane, address and CA: a node that comes back with a new CA gets new connections. */
  const poolOf = (endpoint: NodeEndpoint, lane: NodeRequest['lane']): Pool => {
    const url = requireHttps(endpoint);
    const key = `${lane} ${url.origin} ${sha256Hex(endpoint.caPem)}`;
    const known = pools.get(key);
    if (known !== undefined) return known;
    const pool = new Pool(url.origin, {
      connections: CONNECTIONS,
      pipelining: 1,
      headersTimeout: TIMEOUTS.headersTimeout,
      bodyTimeout: TIMEOUTS.bodyTimeout,
      ...(dial === null ? {} : { keepAliveTimeout: TUNNEL_IDLE_MS, keepAliveMaxTimeout: TUNNEL_IDLE_MS }),
      connect: connectorFor(endpoint, { dial, url, timeoutMs: TIMEOUTS.connect }, closing.signal),
    });
    pools.set(key, pool);
    return pool;
  };
  return {
    async send({ endpoint, lane, method, path, headers, body, answerWithinMs }, signal) {
      try {
        const response = await poolOf(endpoint, lane).request({
          method,
          path,
          headers,
          body: body === null || typeof body === 'string' ? body : Readable.from(body, { objectMode: false }),
          signal,
          headersTimeout: answerWithinMs ?? TIMEOUTS.headersTimeout,
        });
        if (response.statusCode !== 200) throw await readFault(response);
        return response.body as AsyncIterable<Uint8Array>; // without an encoding set, a body yields bytes
      } catch (thrown) {
        throw faultOfTransport(thrown, endpoint.url, signal);
      }
    },
    async close() {
      closing.abort(new OperatorError('cancelled', 'the connections were closed'));
      const open = [...pools.values()];
      await Promise.all(open.map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

export function requireHttps(endpoint: NodeEndpoint): URL {
  const url = new URL(endpoint.url);
  if (url.protocol === 'https:') return url;
  throw new OperatorError('invalid', `node API address ${endpoint.url} is not https`);
}

async function readFault(response: Dispatcher.ResponseData): Promise<OperatorError> {
  const retryAfter = response.headers['retry-after'];
  return faultOfResponse({
    status: response.statusCode,
    body: (await readBounded(response.body as AsyncIterable<Uint8Array>, MAX_FAULT_BYTES)).toString('utf8'),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  });
}
