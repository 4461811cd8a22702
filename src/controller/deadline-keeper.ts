// Ends what is over while nobody else can: the API server is away, or the lease of the node could not be renewed because of that.
// It acts only for what this node's own book of grants says, after a last look at the API server, and by container id.

import { asOperatorError } from '../lib/errors.ts';
import { containerNameOf, sessionKeyOf } from '../model/names.ts';
import type { SessionGrant } from '../model/node-state.ts';
import type { McpSession } from '../model/session.ts';
import { expiryMs } from '../plan/expiry.ts';
import { endedText, endOfGrant } from '../plan/grant.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';
import type { Log } from '../ports/log.ts';
import type { LeaseStore } from '../ports/nodes.ts';
import type { SessionStore } from '../ports/sessions.ts';
import { withDeadline } from '../process/deadline.ts';
import type { GrantBook } from './grants.ts';

export interface DeadlineKeeperOptions {
  readonly grants: GrantBook;
  readonly engine: Pick<ContainerEngine, 'inspect' | 'stop' | 'remove'>;
  readonly store: Pick<SessionStore, 'read'>;
  readonly lease: { readonly leases: Pick<LeaseStore, 'read'>; readonly name: string; readonly identity: string };
  /** Whether the controller serves the node now: then ends are its business as long as the API server answers. */
  readonly isServing: () => boolean;
  /** The session deserves a look of the controller. */
  readonly onChange: (key: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_EVERY_MS = 1_000;
/** From the deadline until the keeper steps in; the controller acts at once. */
const PATIENCE_MS = 2_000;
/** The controller is ending it with a grace of its own. */
const PATIENCE_WITH_CONTROLLER_MS = 10_000;
const LAST_LOOK_MS = 1_500;
const ENGINE_CALL_MS = 10_000;
const STOP_GRACE_SECONDS = 2;
const RETRY_MS = 2_000;

/** Runs until `signal` aborts; never rejects. Deadlines of one node are looked at together and ended at the same time. */
export async function keepDeadlines(options: DeadlineKeeperOptions, signal: AbortSignal): Promise<void> {
  const { clock, grants, log } = options;
  /** Monotonic: since when a grant is over, and from when on it is looked at again. */
  const over = new Map<string, { readonly sinceMs: number; nextMs: number; isBusy: boolean }>();

  const look = (grant: SessionGrant): void => {
    const isOver = grant.ended !== null || clock.nowMs() >= endOfGrant(grant).atMs;
    if (!isOver) return void over.delete(grant.uid);
    const nowMs = clock.monotonicMs();
    const known = over.get(grant.uid) ?? { sinceMs: nowMs, nextMs: nowMs + patienceMs(options, grant), isBusy: false };
    over.set(grant.uid, known);
    if (known.isBusy || nowMs < known.nextMs) return;
    known.isBusy = true;
    endOne(options, grant, signal)
      .catch((thrown: unknown) => {
        const { message } = asOperatorError(thrown);
        if (!signal.aborted) log.warn('session not ended in time', { session: sessionKeyOf(grant), error: message });
      })
      .finally(() => {
        known.isBusy = false;
        known.nextMs = clock.monotonicMs() + RETRY_MS;
      });
  };

  while (!signal.aborted) {
    grants.noteClock();
    const all = grants.all();
    for (const grant of all) look(grant);
    const known = new Set(all.map(({ uid }) => uid));
    for (const uid of over.keys()) if (!known.has(uid)) over.delete(uid);
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {}); // aborted: the loop ends
  }
}

function patienceMs({ isServing }: DeadlineKeeperOptions, { ended }: SessionGrant): number {
  return isServing() && ended !== null ? PATIENCE_WITH_CONTROLLER_MS : PATIENCE_MS;
}

async function endOne(options: DeadlineKeeperOptions, grant: SessionGrant, signal: AbortSignal): Promise<void> {
  const { clock, engine, grants, isServing, log } = options;
  const key = sessionKeyOf(grant);
  const ask = <T>(what: string, act: (within: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline({ ms: ENGINE_CALL_MS, what: `${what} of a container`, clock }, act, signal);
  const found = await ask('the inspect', (within) => engine.inspect(containerNameOf(grant), within));
  if (found?.ours !== true || found.container.spec.identity.uid !== grant.uid) return;
  const { id, state } = found.container;
  if (state === 'exited' || state === 'dead' || state === 'removing') return;

  const seen = await lastLook(options, grant, signal);
  if (seen.holder !== null && seen.holder !== options.lease.identity) {
    return log.warn('session not ended: another controller holds the node', { session: key, holder: seen.holder });
  }
  const session = seen.session;
  if (session !== null && !takeIn(options, grant, session)) return;
  if (session !== null && isServing()) return options.onChange(key);

  // Nothing waits between this look at the book and the verdict: a renewal that came before it counts, one that comes later does not.
  const current = grants.of(grant.uid);
  if (current === null) return;
  const end = endOfGrant(current);
  if (current.ended === null) {
    if (clock.nowMs() < end.atMs) return;
    grants.put({ ...current, ended: endedText(current, end) });
    log.info('session ended by the node', { session: key, by: end.by, late: Math.round(clock.nowMs() - end.atMs) });
  }
  await grants.settled();
  await ask('the stop', (within) => engine.stop(id, STOP_GRACE_SECONDS, within));
  await ask('the removal', (within) => engine.remove(id, within));
  options.onChange(key);
}

/** Takes in what the API server says. False when the session is not this keeper's to end. */
function takeIn({ grants }: DeadlineKeeperOptions, { uid }: SessionGrant, session: McpSession): boolean {
  const current = grants.of(uid);
  if (current === null || session.meta.uid !== uid || session.spec === null) return false;
  const { idleTimeoutSeconds } = session.spec.lifetime;
  grants.put({ ...current, expiryMs: expiryMs(session, session.spec), idleTimeoutSeconds });
  return true;
}

interface LastLook {
  /** null: not answered, or the lease is free. */
  readonly holder: string | null;
  /** null: not answered, or no such session. */
  readonly session: McpSession | null;
}

/** The API server may be back, with a longer lifetime as its first word, or the node may have been given to another controller. */
async function lastLook(
  { clock, lease, store }: DeadlineKeeperOptions,
  grant: SessionGrant,
  signal: AbortSignal,
): Promise<LastLook> {
  const limit = { ms: LAST_LOOK_MS, what: 'a last look at the API server', clock };
  const [record, session] = await Promise.all([
    withDeadline(limit, (within) => lease.leases.read(lease.name, within), signal).catch(() => null),
    withDeadline(limit, (within) => store.read(grant, within), signal).catch(() => null),
  ]);
  return { holder: record === null || record.holder === '' ? null : record.holder, session };
}
