// HTTPS client of the node protocol: front end to node API, and CLI or stdio front end to front end.
// Trusts the endpoint's own CA and nothing else; follows no redirects; sends the token to that endpoint only.

import { LRUCache } from 'lru-cache';
import { type Dispatcher, Pool } from 'undici';
import { OperatorError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { type ExecFrame, execPath } from '../model/node-protocol.ts';
import type { NodeAccess, NodeEndpoint } from '../ports/node-access.ts';
import { FrameReader } from './frame-reader.ts';
import { faultOfFrame, faultOfResponse, faultOfTransport } from './node-faults.ts';

const MAX_ENDPOINTS = 512;
const MAX_LINE_BYTES = 256 * 1024;
/** Two streams of the largest output cap that policy allows, as base64, and room for the frames around them. */
const MAX_STREAM_BYTES = 32 * 1024 * 1024;
const MAX_FAULT_BYTES = 64 * 1024;
/** Connections per endpoint; each running command holds one. */
const CONNECTIONS = 128;
const TIMEOUTS = {
  connect: 5_000,
  /** TokenReview, SubjectAccessReview and the start of the command lie before the first byte. */
  headersTimeout: 30_000,
  /** The server sends a heartbeat every 15 s while a command is silent. */
  bodyTimeout: 45_000,
};

export interface NodeClientOptions {
  /** A token with the audience of the endpoint; asked for before every command. */
  readonly token: (signal: AbortSignal) => Promise<string>;
  readonly userAgent: string;
}

export interface NodeClient extends NodeAccess {
  /** Closes the connections; running commands are killed by their nodes. */
  close(): Promise<void>;
}

export function createNodeClient(options: NodeClientOptions): NodeClient {
  const pools = new LRUCache<string, Pool>({
    max: MAX_ENDPOINTS,
    // Only what falls out: its running commands go on to their end.
    dispose: (pool, _key, reason) => {
      if (reason === 'evict') void pool.close();
    },
  });

  return {
    async exec(endpoint, session, request, onFrame, signal) {
      const path = execPath(session);
      const body = JSON.stringify(request);
      try {
        const token = await options.token(signal);
        const headers = {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/x-ndjson',
          'user-agent': options.userAgent,
        };
        const response = await poolOf(pools, endpoint).request({ method: 'POST', path, headers, body, signal });
        await readFrames(response, onFrame);
      } catch (thrown) {
        throw faultOfTransport(thrown, endpoint.url, signal);
      }
    },
    async close() {
      const open = [...pools.values()];
      await Promise.all(open.map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

/** One pool per address and CA: a node that comes back with a new CA gets new connections. */
function poolOf(pools: LRUCache<string, Pool>, endpoint: NodeEndpoint): Pool {
  const url = new URL(endpoint.url);
  if (url.protocol !== 'https:') throw new OperatorError('invalid', `node API address ${endpoint.url} is not https`);
  const key = `${url.origin} ${sha256Hex(endpoint.caPem)}`;
  const known = pools.get(key);
  if (known !== undefined) return known;
  const pool = new Pool(url.origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    headersTimeout: TIMEOUTS.headersTimeout,
    bodyTimeout: TIMEOUTS.bodyTimeout,
    connect: { ca: endpoint.caPem, minVersion: 'TLSv1.2', timeout: TIMEOUTS.connect },
  });
  pools.set(key, pool);
  return pool;
}

async function readFrames(response: Dispatcher.ResponseData, onFrame: (frame: ExecFrame) => void): Promise<void> {
  if (response.statusCode !== 200) throw await readFault(response);
  const reader = new FrameReader(MAX_LINE_BYTES);
  let bytes = 0;
  let ended = false;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_STREAM_BYTES)
      throw new OperatorError('too-large', `the node API sent more than ${MAX_STREAM_BYTES} bytes for one command`);
    for (const frame of reader.push(chunk)) {
      if (frame.type === 'error') throw faultOfFrame(frame);
      onFrame(frame);
      ended = frame.type === 'exit'; // read on to the end, so that the connection can be used again
    }
  }
  if (ended) return;
  throw new OperatorError('unavailable', 'the node API closed the stream before the command ended; it may have run');
}

async function readFault(response: Dispatcher.ResponseData): Promise<OperatorError> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_FAULT_BYTES) break;
    chunks.push(chunk);
  }
  const retryAfter = response.headers['retry-after'];
  return faultOfResponse({
    status: response.statusCode,
    body: Buffer.concat(chunks).toString('utf8'),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  });
}
