// A process's way to the simulated API server: requests arrive when the world lets them, answers come back when it lets them, and either
// may be lost. Stands where src/kube/kube-client.ts stands in the programs.

import type { KubeClient, KubeRequest, KubeResponse } from '../../../src/kube/kube-client.ts';
import type { WatchEvent } from '../../../src/kube/watch-events.ts';
import { asOperatorError, OperatorError } from '../../../src/lib/errors.ts';
import type { ServerAnswer } from '../../../src/process/cluster-clock.ts';
import { Call, cancelledForReason, type Link } from '../kit/call.ts';
import type { Scheduler } from '../kit/scheduler.ts';
import type { SimApiServer } from './api-server.ts';
import { OpenWatch, type WatchHub } from './watch.ts';

const URL = 'https://simulated';
/** As in src/kube/kube-client.ts. */
const DEFAULT_DEADLINE_MS = 15_000;

export interface SimClientOptions {
  readonly scheduler: Scheduler;
  readonly server: SimApiServer;
  readonly hub: WatchHub;
  readonly link: Link;
}

export interface SimClient extends KubeClient {
  /** For reflectors: lines of simulated watches name events instead of holding them. */
  readonly readEvent: (line: string, what: string) => WatchEvent;
}

export function createSimClient({ scheduler, server, hub, link }: SimClientOptions): SimClient {
  const listeners: ((answer: ServerAnswer) => void)[] = [];
  return {
    url: URL,
    onAnswer: (listener) => void listeners.push(listener),
    readEvent: (line) => hub.eventOf(line),
    request: (request, signal) => {
      const what = `${request.method} ${request.path}`;
      const handle = (): KubeResponse => ({
        status: 200,
        body: server.handle(request, laggingFor(request, link, scheduler.nowMs)),
        warnings: [],
      });
      const deadline = { ms: request.deadlineMs ?? DEFAULT_DEADLINE_MS, what: `${what} on ${URL}` };
      const sentMs = scheduler.nowMs;
      let dateMs = 0;
      const dated = (): KubeResponse => {
        dateMs = server.dateMs();
        return handle();
      };
      const onAnswer = (): void => {
        for (const listener of listeners) listener({ dateMs, roundTripMs: scheduler.nowMs - sentMs });
      };
      return new Call({
        scheduler,
        link,
        what,
        deadline,
        handle: dated,
        onAnswer,
        cancelled: cancelledForReason,
      }).begin(signal);
    },
    stream: async ({ path, query }, signal) => {
      const what = `WATCH ${path}`;
      const open = (): OpenWatch => new OpenWatch({ scheduler, server, hub, link, path, query: query ?? {} });
      const watch = await new Call({
        scheduler,
        link,
        what,
        deadline: null,
        handle: open,
        cancelled: cancelledForReason,
      }).begin(signal);
      if (signal.aborted) throw asOperatorError(signal.reason);
      signal.addEventListener('abort', () => watch.end(cancelled(signal)), { once: true });
      return watch.attach();
    },
    close: () => Promise.resolve(),
  };
}

const cancelled = (signal: AbortSignal): unknown =>
  signal.reason instanceof Error ? signal.reason : new OperatorError('cancelled', 'the watch was cancelled');

/** Only lists are answered from an older revision: each by the choice of the world, once. */
function laggingFor({ method, path }: KubeRequest, link: Link, nowMs: number): number | null {
  const { lagging } = link;
  if (method !== 'GET' || lagging === null || lagging.revision === null || !path.endsWith('/mcpsessions')) return null;
  const { revision, behindMs } = lagging;
  link.lagging = { behindMs, revision: null, untilMs: nowMs + behindMs };
  return revision;
}
