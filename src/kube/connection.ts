// Where the API server is and how we prove who we are: client-node's kubeconfig and its authenticators behind one pooled
// undici dispatcher. client-node itself opens a TLS connection per call (stack.md 3), so it never sends a request here.

import { createHash } from 'node:crypto';
import type { Agent as HttpAgent } from 'node:http';
import type { RequestOptions } from 'node:https';

import { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';

import { OperatorError } from '../lib/errors.ts';

export type KubeconfigSource = { readonly path: string } | { readonly inCluster: true } | KubeConfig;

export interface Connection {
  /** Base URL without a trailing slash. */
  readonly url: string;
  /** Dispatcher and headers for one request; both follow rotated certificates and tokens. Rejects with `unauthenticated`. */
  prepare(): Promise<{ readonly dispatcher: Dispatcher; readonly headers: Readonly<Record<string, string>> }>;
  /** For a connection that leaves HTTP, in the terms of node:https; the same credentials. Rejects with `unauthenticated`. */
  prepareUpgrade(): Promise<UpgradeOptions>;
  /** The server refused our credentials: read them anew for the next request. */
  forgetCredentials(): void;
  /** Ends every connection, watches included. */
  close(): Promise<void>;
}

/** More than the watches and the parallel requests of one program together. */
const MAX_CONNECTIONS = 64;
/** Below the API server's own 90 s, so that we never send on a connection that it is closing. */
const IDLE_CONNECTION_MS = 60_000;
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_PROBE_MS = 30_000;
/** Reading certificate files on every request would cost more than the request (they are read synchronously). */
const CREDENTIALS_FRESH_MS = 1_000;

/** client-node fills these from files (buffers), inline data (buffers) or an exec plugin (texts). */
interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

export interface UpgradeOptions extends TlsOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Towards a proxy of the kubeconfig; without one the connection is made by the TLS options. */
  readonly agent?: HttpAgent;
}

interface Credentials {
  readonly tls: TlsOptions;
  /** client-node's own: it knows proxies, and keeps the first certificate that it saw, so that it is used for proxies alone. */
  readonly agent: RequestOptions['agent'];
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws `invalid` when the kubeconfig cannot be read or names no cluster; the message names the file. */
export function createConnection(source: KubeconfigSource, userAgent: string): Connection {
  const kubeConfig = loadKubeConfig(source);
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) {
    throw new OperatorError(
      'invalid',
      'the kubeconfig names no cluster in its current context; run `kubectl config use-context`',
    );
  }
  const url = cluster.server.replace(/\/+$/, '');
  let fresh: { readonly credentials: Credentials; readonly untilMs: number } | null = null;
  let pool: { readonly key: string; readonly dispatcher: Dispatcher } | null = null;

  const credentials = async (): Promise<Credentials> => {
    if (fresh !== null && fresh.untilMs > performance.now()) return fresh.credentials;
    const read = await readCredentials(kubeConfig, userAgent);
    fresh = { credentials: read, untilMs: performance.now() + CREDENTIALS_FRESH_MS };
    return read;
  };

  const dispatcherFor = (current: Credentials): Dispatcher => {
    const key = fingerprint(current.tls);
    if (pool?.key === key) return pool.dispatcher;
    // Requests under way finish on the old connections; close() waits for them.
    pool?.dispatcher.close().catch(() => {});
    pool = { key, dispatcher: createPool(current.tls, cluster.proxyUrl) };
    return pool.dispatcher;
  };

  return {
    url,
    async prepare() {
      const current = await credentials();
      return { dispatcher: dispatcherFor(current), headers: current.headers };
    },
    async prepareUpgrade() {
      const { tls, headers: all, agent } = await credentials();
      const { accept: _, ...headers } = all; // a node answers 406 to whoever asks a stream for JSON
      const isBehindProxy = cluster.proxyUrl !== undefined && cluster.proxyUrl !== '' && typeof agent === 'object';
      return isBehindProxy ? { headers, agent } : { ...tls, headers };
    },
    forgetCredentials() {
      fresh = null;
    },
    async close() {
      await pool?.dispatcher.destroy();
    },
  };
}

function loadKubeConfig(source: KubeconfigSource): KubeConfig {
  if (source instanceof KubeConfig) return source;
  const kubeConfig = new KubeConfig();
  const what = 'path' in source ? `kubeconfig ${source.path}` : "the pod's ServiceAccount";
  try {
    if ('path' in source) kubeConfig.loadFromFile(source.path);
    else kubeConfig.loadFromCluster();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('invalid', `${what} cannot be read: ${detail}`, { cause });
  }
  // client-node builds the address from KUBERNETES_SERVICE_HOST and _PORT without looking whether they are set.
  if ('inCluster' in source && kubeConfig.getCurrentCluster()?.server.includes('undefined') !== false) {
    throw new OperatorError(
      'invalid',
      'this is not a pod of a cluster: KUBERNETES_SERVICE_HOST is not set; give a kubeconfig',
    );
  }
  return kubeConfig;
}

async function readCredentials(kubeConfig: KubeConfig, userAgent: string): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await kubeConfig.applyToHTTPSOptions(options); // refreshes exec plugins, token files and OIDC tokens
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError('unauthenticated', `no credentials for the API server: ${detail}`, { cause });
  }
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: 'application/json' };
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = String(value);
  if (options.auth != null) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const { ca, cert, key, rejectUnauthorized, servername } = options;
  const given = Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
    ([, value]) => value !== undefined,
  );
  return { tls: Object.fromEntries(given) as TlsOptions, headers, agent: options.agent }; // wider in node's types than what client-node writes
}

function fingerprint({ ca, cert, key, rejectUnauthorized, servername }: TlsOptions): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key]) hash.update(part ?? '').update('\0');
  return hash.update(`\0${rejectUnauthorized}\0${servername}`).digest('hex');
}

function createPool(tls: TlsOptions, proxyUrl: string | undefined): Dispatcher {
  const limits = {
    connections: MAX_CONNECTIONS,
    // One request per connection: a broken connection then fails one request, not all of them.
    allowH2: false,
    bodyTimeout: 0, // every request and watch has a deadline of its own
    headersTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  };
  if (proxyUrl !== undefined && proxyUrl !== '') return createProxyPool(proxyUrl, { tls, limits });
  const connect = { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_PROBE_MS };
  return new Agent({ ...limits, connect });
}

function createProxyPool(proxyUrl: string, options: { readonly tls: TlsOptions; readonly limits: object }): Dispatcher {
  if (!/^https?:\/\//.test(proxyUrl)) {
    throw new OperatorError(
      'invalid',
      'proxy-url in the kubeconfig must start with http:// or https://; SOCKS is not supported',
    );
  }
  return new ProxyAgent({ uri: proxyUrl, requestTls: options.tls, ...options.limits });
}
