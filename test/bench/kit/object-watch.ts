// One watch of a collection, for whoever waits for an object to be in some state. As thin as a watcher can be: the time of
// arrival of a line is what goal 3 ends with.

import { type ApiResource, collectionPath } from '../../../src/kube/api-paths.ts';
import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { recordOf, textOf } from '../../../src/kube/raw-object.ts';
import { parseEvent, watchLines } from '../../../src/kube/watch-events.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { orAborted } from '../../../src/process/deadline.ts';

/** An object as JSON; null when it was deleted. */
export type Seen = Readonly<Record<string, unknown>> | null;

export interface ObjectWatch extends AsyncDisposable {
  /** Resolves at the event after which `holds` is true. Call it before what causes the event. */
  until(name: string, holds: (object: Seen) => boolean, signal: AbortSignal): Promise<void>;
}

export interface ObjectWatchOptions {
  readonly client: KubeClient;
  readonly resource: ApiResource;
  readonly namespace: string;
  /** Of every event, before the waiters are told. */
  readonly onEvent?: (name: string, object: Seen) => void;
}

const MAX_EVENT_BYTES = 1024 * 1024;
/** For one object; many times what a loaded machine needs. */
const WITHIN_MS = 60_000;

interface Waiter {
  readonly name: string;
  readonly holds: (object: Seen) => boolean;
  readonly arrived: PromiseWithResolvers<void>;
}

export async function openObjectWatch(options: ObjectWatchOptions, signal: AbortSignal): Promise<ObjectWatch> {
  const { client, resource, namespace, onEvent = () => {} } = options;
  const path = collectionPath(resource, namespace);
  const waiters = new Set<Waiter>();
  const stop = new AbortController();
  const { body } = await client.request({ method: 'GET', path }, signal);
  const resourceVersion = textOf(recordOf(recordOf(body)['metadata'])['resourceVersion']);
  const chunks = await client.stream({ path, query: { watch: '1', resourceVersion } }, stop.signal);

  const take = (line: string): void => {
    const { type, object } = parseEvent(line, path);
    if (type === 'ERROR' || type === 'BOOKMARK') return;
    const name = textOf(recordOf(recordOf(object)['metadata'])['name']);
    const seen = type === 'DELETED' ? null : recordOf(object);
    onEvent(name, seen);
    for (const waiter of waiters) if (waiter.name === name && waiter.holds(seen)) waiter.arrived.resolve();
  };
  const read = async (): Promise<void> => {
    for await (const line of watchLines(chunks, MAX_EVENT_BYTES)) take(line);
  };
  const reading = read()
    .then(
      () => new OperatorError('unavailable', `the watch of ${path} ended`),
      (thrown: unknown) => thrown,
    )
    .then((why) => {
      for (const { arrived } of waiters) arrived.reject(why);
    });

  return {
    until(name, holds, waiting) {
      const waiter: Waiter = { name, holds, arrived: Promise.withResolvers() };
      waiters.add(waiter);
      const limited = AbortSignal.any([waiting, AbortSignal.timeout(WITHIN_MS)]);
      return orAborted(waiter.arrived.promise, limited).finally(() => waiters.delete(waiter));
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}
