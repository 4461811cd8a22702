// What happens inside one controller for one session: the watch delivers, a look begins, an answer arrives. The queue is taken by its
// contract (one look at a time, a key waits once, a failure is tried again later); what looks is the real code (pass.ts).

import { observe, tidied, took } from './cached.ts';
import { type Answer, IDLE, type Local, LONGEST_WAIT_MS, NOW_MS, type Pass } from './model.ts';
import type { PassOutcome, PassRunner } from './pass.ts';
import type { Pool } from './pool.ts';

export interface LocalMoves {
  deliverWatchEvent(local: Local): Local;
  deliverHint(local: Local, controller: number): Promise<Local>;
  beginLook(local: Local, controller: number): Promise<Local>;
  answer(local: Local, controller: number, answer: Answer): Promise<Local>;
  /** The lease is lost: what it did is given up, what it remembers stays. */
  stopServing(local: Local, controller: number): Promise<Local>;
  waitIsOver(local: Local): Local;
}

export function createLocalMoves(passes: PassRunner, pool: Pool): LocalMoves {
  const continued = async (
    local: Local,
    controller: number,
    pass: Omit<Pass, 'request' | 'answer'>,
  ): Promise<Local> => {
    const outcome = await passes.run({ start: pass.start, log: pass.log, controller });
    const cached = outcome.written.slice(pass.writes).reduce(observe, local.cached);
    const { request } = outcome;
    if (request === null) return ended(tidied({ ...local, cached, pass: null }), outcome);
    const waiting = { ...pass, request: pool.intern(request), answer: null, writes: outcome.written.length };
    return tidied({ ...local, cached, pass: waiting });
  };

  return {
    deliverWatchEvent(local) {
      const [event, ...watch] = local.watch;
      if (event === undefined) return local;
      return queued(tidied({ ...local, watch, cached: took(local.cached, event) }));
    },
    async deliverHint(local, controller) {
      const [event, ...hints] = local.hints;
      if (event === undefined) return local;
      if (local.pass === null) {
        return queued({ ...local, hints, view: await passes.viewAfter(local.view ?? [], pool.intern({ event })) });
      }
      const log = [...local.pass.log, pool.intern({ hint: event })];
      const heard = await continued({ ...local, hints }, controller, { ...local.pass, log });
      return queued(withAnswerOf(local.pass, heard));
    },
    beginLook: (local, controller) =>
      continued({ ...local, queued: false, waiting: false, view: null, memory: null, grants: [] }, controller, {
        start: { session: local.cached, view: local.view ?? [], memory: local.memory, grants: local.grants },
        log: [],
        writes: 0,
      }),
    answer(local, controller, answer) {
      const { pass } = local;
      if (pass === null) throw new Error('nobody waits for this answer');
      return continued(local, controller, { ...pass, log: [...pass.log, pool.intern({ answer })] });
    },
    async stopServing(local, controller) {
      const { pass } = local;
      if (pass === null) return { ...IDLE, memory: local.memory, grants: local.grants };
      const log = [...pass.log, pool.intern({ cancelled: true } as const)];
      const { end } = await passes.run({ ...pass, log, controller });
      if (end === null) throw new Error('a pass went on although it was cancelled');
      return { ...IDLE, memory: end.memory, grants: end.grants };
    },
    waitIsOver({ memory, ...local }) {
      const due =
        memory?.lastFailure == null
          ? memory
          : pool.intern({ ...memory, lastFailure: { ...memory.lastFailure, retryAtMs: NOW_MS } });
      return queued({ ...local, memory: due, waiting: false });
    },
  };
}

/** A hint does not move a pass on; the answer that was under way still is. */
function withAnswerOf(before: Pass, local: Local): Local {
  return local.pass === null ? local : { ...local, pass: { ...local.pass, answer: before.answer } };
}

/** As WorkQueue.add: a key that is looked at is looked at again afterwards. */
export function queued(local: Local): Local {
  return local.pass === null ? { ...local, queued: true } : { ...local, dirty: true };
}

/** As WorkQueue.lookAt after the look: a change seen meanwhile skips no backoff. */
function ended(local: Local, { end }: PassOutcome): Local {
  if (end === null) throw new Error('a pass that has not ended cannot be ended');
  const { again } = end;
  const wasDirty = local.dirty;
  const over = { ...local, dirty: false, memory: end.memory, grants: end.grants, view: end.view };
  if (again === 'failed') return { ...over, waiting: true };
  if (wasDirty || (again !== null && again <= 0)) return { ...over, queued: true };
  return { ...over, waiting: again !== null && again <= LONGEST_WAIT_MS };
}
