// The product's controller on an engine of its own that a test may break; sessions are kept in memory, since the API server has no part
// in these faults.

import { afterAll, beforeAll } from 'vitest';
import { conditionOf } from '../../../src/model/conditions.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import {
  type BenchController,
  type BenchControllerOptions,
  openBenchController,
} from '../../bench/kit/bench-controller.ts';
import { aDesiredSession } from '../../bench/kit/desired-session.ts';
import { type OwnEngine, type OwnEngineOptions, startOwnEngine } from '../../support/own-engine.ts';
import { engineSocket } from '../../support/docker.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface FaultRig {
  engine: OwnEngine;
  bench: BenchController;
  /** Shows the controller a session without waiting for anything. */
  put(spec?: Partial<SessionSpecInput>): McpSession;
  now(session: McpSession): McpSession | null;
  /** Waits until Ready has this reason; resolves with its message and how long it took. */
  until(
    session: McpSession,
    reason: string,
    withinMs?: number,
  ): Promise<{ readonly message: string; readonly ms: number }>;
  end(session: McpSession): void;
  untilGone(session: McpSession, withinMs?: number): Promise<number>;
  /** Sessions' containers on the engine, whatever their state. */
  containers(): Promise<readonly { readonly id: string; readonly state: string }[]>;
}

/** For one test file: an engine and a controller on it. */
export function useFaultRig(
  options: OwnEngineOptions & Pick<BenchControllerOptions, 'policies'> & { readonly sharedEngine?: true } = {},
): FaultRig {
  const rig = {} as FaultRig; // filled below, before any test runs
  let count = 0;
  beforeAll(async () => {
    const { policies, sharedEngine, ...own } = options;
    if (sharedEngine !== true) rig.engine = await startOwnEngine(own);
    const socketPath = sharedEngine === true ? engineSocket() : rig.engine.socketPath;
    const given = policies === undefined ? {} : { policies };
    rig.bench = await openBenchController({ socketPath, sweepIntervalMs: 30_000, ...given }, never);
  });
  afterAll(async () => {
    rig.engine?.thaw(); // a frozen one would be waited for
    await Promise.resolve(rig.bench?.[Symbol.asyncDispose]()).catch(() => {}); // the engine goes as a whole
    await rig.engine?.stop();
  });
  rig.put = (spec = {}) => {
    count += 1;
    const session = aDesiredSession({ name: `f${count}`, nodeName: 'bench', spec });
    rig.bench.sessions.put(session);
    return session;
  };
  rig.now = (session) => rig.bench.sessions.cache.cached(session.meta);
  rig.until = async (session, reason, withinMs = 30_000) => {
    const startedMs = performance.now();
    const ready = await waitFor(
      `${session.meta.name} to say ${reason}`,
      () => (readyOf(rig.now(session))?.reason === reason ? readyOf(rig.now(session)) : null),
      withinMs,
    ).catch((thrown: unknown) => {
      throw new Error(`${session.meta.name} says ${JSON.stringify(readyOf(rig.now(session)))}`, { cause: thrown });
    });
    return { message: ready.message, ms: performance.now() - startedMs };
  };
  rig.end = (session) => {
    const now = rig.now(session);
    if (now !== null) rig.bench.sessions.put({ ...now, meta: { ...now.meta, deletionMs: Date.now() } });
  };
  rig.untilGone = async (session, withinMs = 30_000) => {
    const startedMs = performance.now();
    await waitFor(`${session.meta.name} to be gone`, async () => (rig.now(session) === null ? true : null), withinMs);
    return performance.now() - startedMs;
  };
  rig.containers = async () => {
    const all = await rig.engine.docker.listContainers({ all: true });
    return all
      .filter(({ Labels }) => Labels['mcpsession.dev/uid'] !== undefined)
      .map(({ Id, State }) => ({ id: Id, state: State }));
  };
  return rig;
}

const never = new AbortController().signal;
const readyOf = (session: McpSession | null) => conditionOf(session?.status.conditions, 'Ready');
