// A loopback server that lists and watches one collection like the API server, and plays its faults on demand.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { KubeConfig } from '@kubernetes/client-node';

import { createKubeClient, type KubeClient } from '../../../src/kube/kube-client.ts';

export interface FakeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
  readonly value: string;
}

type Fault = (response: ServerResponse) => void;

export interface FakeApiServer {
  readonly url: string;
  readonly client: KubeClient;
  /** "LIST" or "WATCH <resourceVersion>" of each request, in order. */
  readonly requests: string[];
  /** Answers that the next requests of a kind get instead of the real one. */
  readonly faults: { list: Fault[]; watch: Fault[] };
  pageSize: number;
  /** Stores an object and tells the open watches. */
  put(name: string, value: string, uid?: string): FakeObject;
  remove(name: string): void;
  /** Changes the store without telling anybody. */
  silently(change: () => void): void;
  /** Writes a line, or part of one, to every open watch. */
  say(text: string): void;
  bookmark(): void;
  readonly openWatches: number;
  endWatches(): void;
  resetWatches(): void;
  close(): Promise<void>;
}

export const statusBody = (code: number, reason: string, extra: object = {}): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: `${reason} happened`,
    reason,
    code,
    ...extra,
  });

/** A fault that answers with a status object. */
export const answer =
  (code: number, body = statusBody(code, 'Fault'), headers: Record<string, string> = {}): Fault =>
  (response) =>
    void response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);

export async function startFakeApiServer(): Promise<FakeApiServer> {
  const objects = new Map<string, FakeObject>();
  const watches = new Set<ServerResponse>();
  let version = 100;
  let isSilent = false;

  const tell = (type: string, object: object): void => {
    if (isSilent) return;
    for (const watch of watches) watch.write(`${JSON.stringify({ type, object })}\n`);
  };

  const list = (query: URLSearchParams, response: ServerResponse): void => {
    const all = [...objects.values()];
    const start = Number(query.get('continue') ?? 0);
    const end = start + api.pageSize;
    const metadata = { resourceVersion: String(version), ...(end < all.length ? { continue: String(end) } : {}) };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ kind: 'List', metadata, items: all.slice(start, end) }));
  };

  const watch = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.add(response);
    response.on('close', () => watches.delete(response));
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const query = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams;
    const isWatch = query.get('watch') === '1';
    api.requests.push(isWatch ? `WATCH ${query.get('resourceVersion')}` : 'LIST');
    const fault = (isWatch ? api.faults.watch : api.faults.list).shift();
    if (fault !== undefined) fault(response);
    else if (isWatch) watch(response);
    else list(query, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createKubeClient({ kubeconfig: kubeConfigFor(url), userAgent: 'test' });

  const api: FakeApiServer = {
    url,
    client,
    requests: [],
    faults: { list: [], watch: [] },
    pageSize: 500,
    put(name, value, uid = `uid-${name}`) {
      version += 1;
      const metadata = { name, namespace: 'team', uid, resourceVersion: String(version) };
      const type = objects.has(name) ? 'MODIFIED' : 'ADDED';
      const object = { metadata, value };
      objects.set(name, object);
      tell(type, object);
      return object;
    },
    remove(name) {
      const object = objects.get(name);
      if (object === undefined) throw new Error(`no object ${name}`);
      version += 1;
      objects.delete(name);
      tell('DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
    },
    silently(change) {
      isSilent = true;
      change();
      isSilent = false;
    },
    say(text) {
      for (const open of watches) open.write(text);
    },
    bookmark() {
      version += 1;
      tell('BOOKMARK', { metadata: { resourceVersion: String(version) } });
    },
    get openWatches() {
      return watches.size;
    },
    endWatches() {
      for (const open of watches) open.end();
    },
    resetWatches() {
      for (const open of watches) open.socket?.resetAndDestroy();
    },
    async close() {
      await client.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

/** Plain HTTP to loopback, which client-node allows only with this flag. */
export function kubeConfigFor(url: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'fake', server: url, skipTLSVerify: true }, { name: 'nobody' });
  return kubeConfig;
}
