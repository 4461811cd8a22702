// Looks after what the engine still holds under names that this machine's node had before. The lists of the node's own name show none
// of it, so nobody else would ever remove it. What is to be done is decided in plan/former-names.ts.

import { assertNever } from '../lib/assert-never.ts';
import { asOperatorError } from '../lib/errors.ts';
import type { ObservedContainer } from '../model/container.ts';
import { sessionKeyOf } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import { type HeldForSession, type Removal, type RemovalsOfSession, whatToDo } from '../plan/former-names.ts';
import { isNamedByUs } from '../plan/identity.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import type { NodeStore } from '../ports/nodes.ts';
import type { SessionStore } from '../ports/sessions.ts';
import { orAborted } from '../process/deadline.ts';
import type { GrantBook } from './grants.ts';

/** What only the composition can give. */
export interface FormerNameEdges {
  /** The engine as the controller of that name would see it. */
  readonly engineOf: (formerName: string) => ContainerEngine;
  /** For people who look at this node; rejects when it was not told. */
  readonly tell: (message: string, signal: AbortSignal) => Promise<void>;
}

export interface FormerNamesOptions extends FormerNameEdges {
  readonly names: Pick<GrantBook, 'formerNames' | 'forgetName'>;
  readonly nodes: Pick<NodeStore, 'read'>;
  readonly store: Pick<SessionStore, 'read'>;
  /** Nothing is looked at before the engine has answered and the node is there to be told of. */
  readonly whenPublished: Promise<void>;
  /** A container of theirs was removed. */
  readonly onRemoved: (container: ObservedContainer) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface FormerNames {
  /** Looks every `everyMs` until nothing is left, or `signal` aborts. */
  run(everyMs: number, signal: AbortSignal): Promise<void>;
}

export function createFormerNames(options: FormerNamesOptions): FormerNames {
  const { names, clock, log } = options;
  const engines = new Map<string, ContainerEngine>();
  const told = new Set<string>();
  const engineOf = (name: string): ContainerEngine => {
    const engine = engines.get(name) ?? options.engineOf(name);
    engines.set(name, engine);
    return engine;
  };
  return {
    async run(everyMs, signal) {
      if (names.formerNames().length === 0) return;
      await orAborted(options.whenPublished, signal).catch(() => {}); // aborted: the loop does not begin
      while (!signal.aborted && names.formerNames().length > 0) {
        for (const former of names.formerNames()) {
          await look({ ...options, engine: engineOf(former), told, former }, signal).catch((thrown: unknown) => {
            if (signal.aborted) return;
            log.warn('a former name of this node is looked at again later', {
              former,
              error: asOperatorError(thrown).message,
            });
          });
        }
        if (names.formerNames().length > 0) await clock.sleep(everyMs, signal).catch(() => {}); // aborted: the loop ends
      }
    },
  };
}

interface Look extends FormerNamesOptions {
  readonly former: string;
  readonly engine: ContainerEngine;
  /** Former names that people were told of by this process. */
  readonly told: Pick<Set<string>, 'has' | 'add'>;
}

async function look(parts: Look, signal: AbortSignal): Promise<void> {
  const { former, names, log } = parts;
  const held = await heldUnder(parts.engine, signal);
  const nodeThere = held.length > 0 && (await parts.nodes.read(former, signal)) !== null;
  const step = whatToDo({ former, nodeThere, held, sessionsOfIt: await sessionsOf(parts, held, signal) });
  switch (step.do) {
    case 'forget':
      names.forgetName(former);
      log.info('nothing is left of a former name of this node', { former });
      return;
    case 'look-after':
      for (const each of step.sessions) await removeAll(parts, each, signal);
      if (step.message !== null) await tellOnce(parts, step.message, signal);
      return;
    default:
      return assertNever(step);
  }
}

async function tellOnce({ former, told, tell, log }: Look, message: string, signal: AbortSignal): Promise<void> {
  if (told.has(former)) return;
  log.warn('this machine was another node before', { former, message });
  await tell(message, signal);
  told.add(former);
}

/** Everything with the labels of that name, by session. */
async function heldUnder(engine: ContainerEngine, signal: AbortSignal): Promise<readonly HeldForSession[]> {
  const containers = await engine.list(signal);
  const attachments = await engine.listAttachments(signal);
  const owners = new Map(
    [...attachments.map(({ identity }) => identity), ...containers].map((each) => [each.uid, each]),
  );
  return [...owners.values()].map(({ uid, namespace, name }) => ({
    ...{ uid, namespace, name },
    containers: containers.filter((each) => each.uid === uid).map(({ id }) => id),
    attachments: attachments.filter(({ identity }) => identity.uid === uid),
  }));
}

/** Asked of the API server itself. Who could not be asked is left out. */
async function sessionsOf(
  { former, store, log }: Look,
  held: readonly HeldForSession[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, McpSession | null>> {
  const found = new Map<string, McpSession | null>();
  for (const each of held) {
    try {
      found.set(each.uid, await store.read(each, signal));
    } catch (thrown) {
      log.warn('a session of a former name of this node is not known now', {
        ...{ former, session: sessionKeyOf(each) },
        error: asOperatorError(thrown).message,
      });
    }
  }
  return found;
}

/** What fails keeps the rest of its session for the next look, and no other session. */
async function removeAll(parts: Look, { held, removals }: RemovalsOfSession, signal: AbortSignal): Promise<void> {
  const { former, log } = parts;
  const about = { former, session: sessionKeyOf(held), uid: held.uid };
  try {
    for (const removal of removals) {
      const isRemoved = await remove(parts, removal, signal);
      if (isRemoved) log.warn('removed what was left under a former name of this node', { ...about, ...removal });
    }
  } catch (thrown) {
    log.warn('not removed yet', { ...about, error: asOperatorError(thrown).message });
  }
}

async function remove(
  { engine, former, onRemoved, log }: Look,
  removal: Removal,
  signal: AbortSignal,
): Promise<boolean> {
  const { kind, id } = removal;
  switch (kind) {
    case 'network':
      await engine.removeNetwork(id, signal);
      return true;
    case 'workspace':
      await engine.removeWorkspace(id, signal);
      return true;
    case 'container': {
      const found = await engine.inspect(id, signal);
      if (found?.ours !== true) return false;
      if (!isNamedByUs(found.container)) {
        log.debug('left alone a container with labels of a session but not its name', { former, container: id });
        return false;
      }
      await engine.remove(id, signal);
      onRemoved(found.container);
      return true;
    }
    default:
      return assertNever(kind);
  }
}
