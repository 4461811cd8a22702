// The harness's own way to the API server, as a member of system:masters: what is true there, and what a user does. Shares no code
// with the product.

import { readFile } from 'node:fs/promises';
import { Agent, type RequestOptions, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { parse } from 'yaml';

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation: number;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
      readonly message: string;
    }[];
    readonly assignment?: { readonly nodeName: string; readonly instanceGeneration: number };
    readonly container?: { readonly id: string };
    readonly restartCount?: number;
    readonly finishedAt?: string;
    readonly exitCode?: number;
    readonly [field: string]: unknown;
  };
}

export interface ApiAnswer {
  readonly code: number;
  readonly body: unknown;
  readonly text: string;
}

export interface WatchedEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject;
}

export interface Api {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  /** Never rejects for an answer, whatever its code; rejects when there is none. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  /** Throws for any answer of 400 and above. */
  must(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>;
  /** Calls back for every event from `resourceVersion` on; resolves when the server ends the watch or `signal` aborts. */
  watch(
    options: { readonly path: string; readonly resourceVersion: string },
    onEvent: (event: WatchedEvent) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string } },
  ];
  readonly users: readonly [
    { readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string } },
  ];
}

const WITHIN_MS = 20_000;

export async function openApi(kubeconfigPath: string): Promise<Api> {
  const { clusters, users } = parse(await readFile(kubeconfigPath, 'utf8')) as Kubeconfig; // written by our own control plane
  const { server, 'certificate-authority-data': caData } = clusters[0].cluster;
  const { user } = users[0];
  const decoded = (data: string): string => Buffer.from(data, 'base64').toString('utf8');
  const ca = decoded(caData);
  const { hostname: host, port: portText } = new URL(server);
  const port = Number(portText);
  const agent = new Agent({
    keepAlive: true,
    ca,
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  });
  const base = { host, port, agent } satisfies RequestOptions;

  const open = (options: RequestOptions, body: string | null): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request({ ...base, ...options }, resolve);
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });

  const call: Api['call'] = async (method, path, body, contentType = 'application/json') => {
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = text === null ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) };
    const answer = await open({ method, path, headers, signal: AbortSignal.timeout(WITHIN_MS) }, text);
    let got = '';
    answer.setEncoding('utf8');
    for await (const part of answer) got += String(part);
    return { code: answer.statusCode ?? 0, text: got, body: got.startsWith('{') ? JSON.parse(got) : null };
  };

  return {
    host,
    port,
    ca,
    call,
    async must(method, path, body, contentType) {
      const answer = await call(method, path, body, contentType);
      if (answer.code >= 400)
        throw new Error(`harness: ${method} ${path} gave ${answer.code}: ${answer.text.slice(0, 300)}`);
      return answer.body;
    },
    async watch({ path, resourceVersion }, onEvent, signal) {
      const answer = await open(
        { method: 'GET', path: `${path}?watch=1&resourceVersion=${resourceVersion}`, signal },
        null,
      );
      answer.setEncoding('utf8');
      let rest = '';
      for await (const part of answer) {
        const lines = `${rest}${String(part)}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') onEvent(JSON.parse(line) as WatchedEvent); // the documented form
      }
    },
    close: () => agent.destroy(),
  };
}

export const SESSIONS_PATH = '/apis/mcpsession.dev/v1alpha1/namespaces/faults/mcpsessions';
export const ALL_SESSIONS_PATH = '/apis/mcpsession.dev/v1alpha1/mcpsessions';
