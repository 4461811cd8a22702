// Sees every container that the tests of a run create, from the engine's own events, and has each examined when it is created and
// again when it is started. A container is taken for one of this run unless its labels name another run of these tests: so nothing
// that a test makes escapes because somebody forgot to announce it, and runs that share an engine do not judge each other.

import type { EngineEvent, EngineReader } from './engine-socket.ts';
import { type Examination, examine } from './examine.ts';
import { isOfOtherRun, type OracleRun } from './run.ts';
import { LABELS } from './subject.ts';
import type { Missed, Seen } from './verdict.ts';

/** Nothing must have happened for so long before a watch ends. */
const QUIET_MS = 250;
const RECONNECT_AFTER_MS = 100;
const OURS = 'mcpsession.dev/';

export interface Watched {
  readonly seen: readonly Seen[];
  readonly missed: readonly Missed[];
  /** Of other runs on the same engine. */
  readonly foreign: number;
  readonly faults: readonly string[];
}

export interface Watcher {
  /** Ends the watch when nothing has happened for a moment and everything seen is examined. */
  readonly stop: () => Promise<Watched>;
}

export function startWatcher(
  engine: EngineReader,
  run: Pick<OracleRun, 'id'> & { readonly quietMs?: number },
): Watcher {
  const { quietMs = QUIET_MS } = run;
  const stopping = new AbortController();
  const containers = new Map<string, Seen | null>();
  const events = new Map<string, readonly EngineEvent[]>();
  const foreign = new Set<string>();
  const faults: string[] = [];
  const known = new Set<string>();
  let running: Promise<void>[] = [];
  let lastEventMs = performance.now();

  async function look(event: EngineEvent): Promise<void> {
    const { containerId, labels } = event;
    const found = await examine(engine, containerId).catch((thrown: unknown) => {
      faults.push(`${containerId.slice(0, 12)} could not be examined: ${String(thrown)}`);
      return null;
    });
    const before = containers.get(containerId) ?? null;
    containers.set(containerId, found === null ? before : joined({ before, found, containerId, labels }));
  }

  function onEvent(event: EngineEvent): void {
    const key = `${event.containerId} ${event.action} ${event.timeNano}`;
    if (known.has(key) || !Object.keys(event.labels).some((label) => label.startsWith(OURS))) return;
    known.add(key);
    lastEventMs = performance.now();
    const names = [LABELS.cluster, LABELS.node, LABELS.delivery].map((label) => event.labels[label] ?? '');
    if (names.some((name) => isOfOtherRun(name, run))) return void foreign.add(event.containerId);
    if (!containers.has(event.containerId)) containers.set(event.containerId, null);
    events.set(event.containerId, [...(events.get(event.containerId) ?? []), event]);
    running.push(look(event));
  }

  const watching = watchForEver({ engine, onEvent, faults }, stopping.signal);
  return {
    stop: async () => {
      while (performance.now() - lastEventMs < quietMs || running.length > 0) {
        const batch = running;
        running = [];
        await Promise.all(batch);
        await pause(quietMs / 5);
      }
      stopping.abort();
      await watching;
      const isStarted = (id: string): boolean => events.get(id)?.some(({ action }) => action === 'start') === true;
      const seen = [...containers.values()].filter((each) => each !== null);
      const missed = [...containers].flatMap(([id, each]) =>
        each === null ? [{ name: nameOf(id, events.get(id)?.[0]?.labels ?? {}), started: isStarted(id) }] : [],
      );
      return {
        seen: seen.map((each) => ({ ...each, started: isStarted(each.containerId) })),
        missed,
        foreign: foreign.size,
        faults,
      };
    },
  };
}

interface Joined {
  readonly before: Seen | null;
  readonly found: Examination;
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
}

const nameOf = (containerId: string, labels: EngineEvent['labels']): string => labels['name'] ?? containerId;

function joined({ before, found, containerId, labels }: Joined): Seen {
  return {
    containerId,
    name: nameOf(containerId, labels),
    uid: labels[LABELS.uid] ?? '',
    started: false, // known at the end
    full: found.full || before?.full === true,
    differences: [...(before?.differences ?? []), ...found.differences],
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Watch {
  readonly engine: EngineReader;
  readonly onEvent: (event: EngineEvent) => void;
  readonly faults: string[];
}

/** From the same moment at every connection: what is told twice is known already. */
async function watchForEver({ engine, onEvent, faults }: Watch, signal: AbortSignal): Promise<void> {
  const sinceSeconds = Math.floor(Date.now() / 1000) - 1;
  while (!signal.aborted) {
    await engine.events(sinceSeconds, onEvent, signal).catch((thrown: unknown) => {
      faults.push(`the engine's events ended: ${String(thrown)}`);
    });
    if (!signal.aborted) await pause(RECONNECT_AFTER_MS);
  }
}
