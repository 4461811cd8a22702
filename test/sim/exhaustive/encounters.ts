// What a pass meets while it is run again: answers out of its log, and a view of the engine that is put together from a value and read
// back into one.

import { type ContainerView, createContainerView } from '../../../src/controller/container-view.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { ContainerEngine, ContainerSummary, EngineEvent } from '../../../src/ports/container-engine.ts';
import { noAttachments } from '../../support/no-attachments.ts';
import { STORY_INIT_VOLUME } from '../../support/story.ts';
import { type Answer, KEY, type Known, type LogEntry, NAME, NAMESPACE, NOW_MS, type Request } from './model.ts';
import type { Pool } from './pool.ts';

export type ViewChange = { readonly event: EngineEvent } | { readonly list: readonly ContainerSummary[] };

const signal = new AbortController().signal;
const pending = new Promise<never>(() => {});

export interface Encounters {
  readonly engine: ContainerEngine;
  readonly view: ContainerView;
  readonly ask: (request: Request) => Promise<never>;
  /** Given to the pass: aborts where the log says that the lease was lost. */
  readonly stop: AbortController;
  /** Instead of the log: what inspects find while the view is set up or looked into. */
  lookup: ((id: string) => unknown) | null;
  request: Request | null;
  fault: unknown;
}

/** Answers from the log; what the log does not hold stays open. */
export function createEncounters(log: readonly LogEntry[]): Encounters {
  let next = 0;
  const ask = async (request: Request): Promise<never> => {
    for (let entry = log[next]; entry !== undefined; entry = log[next]) {
      next += 1;
      if ('hint' in entry) met.view.note(entry.hint);
      else if ('cancelled' in entry) met.stop.abort(new OperatorError('cancelled', 'the lease is lost'));
      else return valueOf(entry.answer) as never; // the ports' types are those of what was asked
    }
    met.stop.signal.throwIfAborted();
    if (met.request !== null) met.fault = new Error('a pass that asks for two things at a time is not modelled');
    met.request = request;
    return pending;
  };
  const engine = {
    ...noAttachments,
    inspect: (target: string) =>
      met.lookup === null ? ask({ ask: 'inspect', target }) : Promise.resolve(met.lookup(target)),
    sessionInitVolume: () => Promise.resolve(STORY_INIT_VOLUME),
    create: (spec) => ask({ send: 'create', spec }),
    start: (id) => ask({ send: 'start', id }),
    stop: (id) => ask({ send: 'stop', id }),
    remove: (id) => ask({ send: 'remove', id }),
  } as Partial<ContainerEngine> as ContainerEngine; // anything else fails loudly
  const met: Encounters = {
    engine,
    view: createContainerView(engine),
    ask,
    stop: new AbortController(),
    lookup: null,
    request: null,
    fault: null,
  };
  return met;
}

function valueOf(answer: Answer): unknown {
  if (!answer.ok) throw new OperatorError(answer.kind, answer.message);
  return answer.value;
}

const summary = (id: string, state: ContainerSummary['state']): ContainerSummary => ({
  id,
  state,
  uid: '',
  namespace: NAMESPACE,
  name: NAME,
  createdMs: NOW_MS,
});

/** A container that may exist, by the name that it would have. */
const isName = (id: string): boolean => id.startsWith('mcps-');

export async function restoreView(met: Encounters, known: readonly Known[]): Promise<void> {
  const seen = known.filter(({ container }) => container !== null);
  met.view.replaceAll(seen.map(({ id, container }) => summary(id, container?.state ?? 'created')));
  met.lookup = (id) => ({ ours: true, container: seen.find((one) => one.id === id)?.container });
  await met.view.containersOf(KEY, signal);
  met.lookup = null;
  for (const { id, container } of known) {
    if (isName(id)) met.view.doubt(KEY, id);
    else if (container === null) met.view.add(KEY, id);
  }
}

/** Looks into the view by its own means: what it would inspect is what it does not know. The view is of no use afterwards. */
export async function knownOf(met: Encounters, pool: Pool): Promise<readonly Known[]> {
  const unknown: Known[] = [];
  met.lookup = (id) => {
    unknown.push({ id, container: null });
    return null;
  };
  const seen = await met.view.containersOf(KEY, signal);
  const all = [...unknown, ...seen.map((container) => ({ id: container.id, container: pool.intern(container) }))];
  return all.sort((left, right) => (left.id < right.id ? -1 : 1));
}

export async function changeView(known: readonly Known[], change: ViewChange, pool: Pool): Promise<readonly Known[]> {
  const met = createEncounters([]);
  await restoreView(met, known);
  if ('event' in change) met.view.note(change.event);
  else met.view.merge(change.list, met.view.mark());
  return knownOf(met, pool);
}
