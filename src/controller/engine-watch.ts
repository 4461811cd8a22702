// Keeps the view of the engine alive: connect, follow events, list, and ask now and then whether the engine still answers. A
// stream that merely ended is opened again; an engine that does not answer is forgotten until it does.

import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { NodeFacts } from '../model/container.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine, ContainerSummary } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import { backoffMs } from '../process/backoff.ts';
import type { ContainerView } from './container-view.ts';

const RECONNECT = { baseMs: 500, capMs: 5_000 };
/** A stream that lived for less counts as a failure, or an engine that ends it at once is asked without pause. */
const SHORTEST_STREAM_MS = 5_000;
/** Nothing heard for so long: is it still there? */
const PING_AFTER_MS = 5_000;
/** One ping without an answer can be a busy machine. */
const LOST_PINGS = 2;
/** A list that differs from what events told may only be ahead of them. */
const EVENTS_LAG_MS = 1_000;

export interface EngineWatchOptions {
  readonly engine: ContainerEngine;
  readonly view: ContainerView;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly onUp: (facts: NodeFacts) => void;
  /** Every complete list, before anything is looked at because of it. */
  readonly onListed: (containers: readonly ContainerSummary[]) => void;
  /** Every session deserves a look: its container is unknown now, or known again. */
  readonly onChangeOfAll: () => void;
  /** Also when it is away for another reason than was told. */
  readonly onDown: (why: string) => void;
  readonly onChange: (key: string) => void;
}

export interface EngineWatch {
  /** Runs until `signal` aborts. Never rejects for an engine that is away: that is a state, not a fault of ours. */
  run(signal: AbortSignal): Promise<void>;
  /** A list that was asked for at `askedMs` (monotonic) showed what no event told of: if none comes soon, the stream is deaf and is opened again. */
  missedEvents(askedMs: number, signal: AbortSignal): Promise<void>;
}

interface Connection {
  /** Monotonic times of the last event, and of the last sign of life of any kind. */
  eventMs: number;
  heardMs: number;
  readonly end: (why: string) => void;
}

export function createEngineWatch(options: EngineWatchOptions): EngineWatch {
  const { clock, log, view, onDown, onChangeOfAll } = options;
  let connection: Connection | null = null;
  let isUp = false;
  let failures = 0;
  /** What was told since it was up, and what the last try said. */
  let reason: string | null = null;
  let lastWhy: string | null = null;

  /**
   * The words of one outage differ from try to try, and status should not follow them. What two tries in a row say is another matter: the
   * socket is there now, but the engine is too old. The node tells that; the sessions wait as before.
   */
  const goDown = (why: string): void => {
    failures += 1;
    isUp = false;
    const isFirst = reason === null;
    const isSettled = why === lastWhy && why !== reason;
    lastWhy = why;
    if (!isFirst && !isSettled) return;
    reason = why;
    log.warn('engine away', { error: why });
    if (isFirst) view.forget(why);
    onDown(why);
    if (isFirst) onChangeOfAll();
  };

  const goUp = (facts: NodeFacts): void => {
    if (reason !== null) log.info('engine answers again');
    isUp = true;
    reason = null;
    lastWhy = null;
    options.onUp(facts);
  };

  return {
    async run(signal) {
      reason = null;
      lastWhy = null;
      while (!signal.aborted) {
        const openedMs = clock.monotonicMs();
        try {
          const why = await oneConnection({ ...options, onUp: goUp }, (made) => (connection = made), signal);
          failures = clock.monotonicMs() - openedMs < SHORTEST_STREAM_MS ? failures + 1 : 0;
          log.debug('event stream of the engine opened again', { why });
        } catch (thrown) {
          if (signal.aborted) return;
          goDown(asOperatorError(thrown).message);
        }
        connection = null;
        const pauseMs = isUp && failures === 0 ? 0 : backoffMs(Math.max(failures, 1), RECONNECT, options.random);
        await clock.sleep(pauseMs, signal).catch(() => {}); // aborted: the loop ends
      }
    },
    async missedEvents(askedMs, signal) {
      const suspected = connection;
      await clock.sleep(EVENTS_LAG_MS, signal);
      if (suspected !== null && suspected.eventMs < askedMs) suspected.end('it told nothing of what a list showed');
    },
  };
}

/**
 * Events first, then the list: what happens in between arrives as an event. Resolves with the reason when the stream has to be
 * opened again; rejects when the engine does not answer.
 */
async function oneConnection(
  options: Omit<EngineWatchOptions, 'onDown'>,
  onOpen: (connection: Connection) => void,
  signal: AbortSignal,
): Promise<string> {
  const { engine, view, clock } = options;
  const facts = await engine.facts(signal);
  const stop = new AbortController();
  const within = AbortSignal.any([signal, stop.signal]);
  const ended = Promise.withResolvers<string>();
  const openedMs = clock.monotonicMs();
  const connection: Connection = { eventMs: openedMs, heardMs: openedMs, end: ended.resolve };
  engine
    .watchEvents((event) => {
      connection.eventMs = clock.monotonicMs();
      connection.heardMs = connection.eventMs;
      options.onChange(view.note(event));
    }, within)
    .then(() => ended.resolve('the engine closed it'), ended.reject);
  ended.promise.catch(() => {}); // awaited below; a list that fails first must not leave it unhandled
  try {
    const containers = await engine.list(signal);
    view.replaceAll(containers);
    options.onListed(containers);
    options.onUp(facts);
    options.onChangeOfAll();
    for (const container of containers) options.onChange(sessionKeyOf(container)); // also those without a session
    onOpen(connection);
    return await Promise.race([ended.promise, untilSilent(options, connection, within)]);
  } finally {
    stop.abort();
  }
}

/** Half-open streams and stopped engines say nothing at all: a ping tells (security.md F13, F16). Never resolves. */
async function untilSilent(
  { engine, clock }: Pick<EngineWatchOptions, 'engine' | 'clock'>,
  connection: Connection,
  signal: AbortSignal,
): Promise<never> {
  let lost = 0;
  for (;;) {
    const quietMs = clock.monotonicMs() - connection.heardMs;
    await clock.sleep(lost > 0 ? 0 : Math.max(PING_AFTER_MS - quietMs, 0), signal);
    if (lost === 0 && clock.monotonicMs() - connection.heardMs < PING_AFTER_MS) continue;
    try {
      await engine.ping(signal);
      lost = 0;
      connection.heardMs = clock.monotonicMs();
    } catch (thrown) {
      const error = asOperatorError(thrown);
      lost += 1;
      if (error.kind !== 'timeout') throw error;
      if (lost >= LOST_PINGS) throw new OperatorError('unavailable', `the Docker Engine hangs: ${error.message}`);
    }
  }
}
