// How a person's process reaches the front end: by its name where that means something, as in a pod, else by a tunnel of the process's own
// through the API server (design.md 8.22).

import { lookup } from 'node:dns/promises';
import type { Duplex } from 'node:stream';
import type { ServicePort } from '../kube/service-pods.ts';
import type { NodeDial } from '../ports/node-dial.ts';

export interface FrontendDialParts {
  /** Rejects as dns.lookup does. */
  readonly resolve: (host: string) => Promise<unknown>;
  readonly tunnel: (service: ServicePort, signal: AbortSignal) => Promise<Duplex>;
}

/** NAME.NAMESPACE.svc, with or without the domain of the cluster. */
const SERVICE_HOST = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]+)?$/;
const UNKNOWN_NAME: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const HTTPS_PORT = 443;

export const resolveByDns = (host: string): Promise<unknown> => lookup(host);

/** Whether a name is known here is asked once; every connection chooses its pod anew. */
export function createFrontendDial({ resolve, tunnel }: FrontendDialParts): NodeDial {
  const decisions = new Map<string, Promise<boolean>>();
  const isUnknown = (host: string): Promise<boolean> => {
    const decided = decisions.get(host) ?? resolve(host).then(() => false, isUnknownName);
    decisions.set(host, decided);
    return decided;
  };
  return async ({ hostname, port }, signal) => {
    const service = serviceOf(hostname, port);
    return service !== null && (await isUnknown(hostname)) ? tunnel(service, signal) : null;
  };
}

function serviceOf(hostname: string, port: string): ServicePort | null {
  const [, name, namespace] = SERVICE_HOST.exec(hostname) ?? [];
  if (name === undefined || namespace === undefined) return null;
  return { namespace, name, port: port === '' ? HTTPS_PORT : Number(port) };
}

/** Any other trouble of the resolver is told by the connection that is tried by name. */
const isUnknownName = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && UNKNOWN_NAME.has(thrown.code);
