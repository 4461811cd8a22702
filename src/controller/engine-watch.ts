// Keeps the view of the engine alive: connect, follow events, list; on any loss forget everything and start again.

import { asOperatorError } from '../lib/errors.ts';
import type { NodeFacts } from '../model/container.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import type { ContainerView } from './container-view.ts';

const RECONNECT_MS = 1_000;

export interface EngineWatchOptions {
  readonly engine: ContainerEngine;
  readonly view: ContainerView;
  readonly clock: Clock;
  readonly log: Log;
  readonly onUp: (facts: NodeFacts) => void;
  /** Every session deserves a look: its container is unknown now, or known again. */
  readonly onChangeOfAll: () => void;
  readonly onDown: (why: string) => void;
  readonly onChange: (key: string) => void;
}

/** Runs until `signal` aborts. Never rejects for an engine that is away: that is a state, not a fault of ours. */
export async function watchEngine(options: EngineWatchOptions, signal: AbortSignal): Promise<void> {
  let lastWords = '';
  while (!signal.aborted) {
    const why = await oneConnection(options, signal).then(
      () => 'the Docker Engine closed its event stream',
      (thrown: unknown) => asOperatorError(thrown).message,
    );
    if (signal.aborted) return;
    options.view.forget();
    options.onDown(why);
    options.onChangeOfAll();
    if (why !== lastWords) options.log.warn('engine away', { error: why });
    lastWords = why;
    await options.clock.sleep(RECONNECT_MS, signal).catch(() => {}); // aborted: the loop ends
  }
}

/** Events first, then the list: what happens in between arrives as an event. */
async function oneConnection(options: EngineWatchOptions, signal: AbortSignal): Promise<void> {
  const { engine, view } = options;
  const facts = await engine.facts(signal);
  const connection = new AbortController();
  const events = engine.watchEvents(
    (event) => options.onChange(view.note(event)),
    AbortSignal.any([signal, connection.signal]),
  );
  events.catch(() => {}); // awaited below; a list that fails first must not leave it unhandled
  try {
    const containers = await engine.list(signal);
    view.replaceAll(containers);
    options.onUp(facts);
    options.onChangeOfAll();
    for (const container of containers) options.onChange(sessionKeyOf(container)); // also those without a session
    await events;
  } finally {
    connection.abort();
  }
}
