// What happens to messages on their way: requests, answers, and events of watches.

import { assertNever } from '../../../src/lib/assert-never.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { Arrival, Reply, reset } from '../kit/call.ts';
import type { Act } from './acts.ts';
import type { World } from './world.ts';

type MessageAct = Extract<Act, { do: 'loseReply' | 'refuse' | 'duplicate' }>;

export function toMessage(world: World, act: MessageAct): void {
  const { ready } = world.scheduler;
  const wanted = act.do === 'loseReply' ? Reply : Arrival;
  const candidates = ready.filter((action) => action instanceof wanted);
  const chosen = candidates[act.index % Math.max(candidates.length, 1)];
  if (chosen === undefined) return;
  if (act.do !== 'duplicate') ready.splice(ready.indexOf(chosen), 1);
  if (chosen instanceof Reply) {
    if (act.do === 'loseReply' && !act.silently) chosen.call.refuse(reset(chosen.what));
    return;
  }
  if (!(chosen instanceof Arrival)) return;
  if (act.do === 'refuse') {
    const { retryAfterSeconds } = act;
    chosen.call.refuse(new OperatorError('unavailable', 'too many requests', { retryAfterSeconds }));
  } else if (isIdempotentWire(chosen)) chosen.run();
}

/** Twice the same request: a proxy that tries again. Streams cannot be repeated. */
const isIdempotentWire = ({ what }: Arrival): boolean => !what.startsWith('WATCH') && what !== 'engine events';

type WatchAct = Extract<Act, { do: 'endWatch' | 'loseEvent' | 'repeatEvent' | 'bookmark' }>;

export function toWatch(world: World, act: WatchAct): void {
  const open = [...world.hub.open];
  const watch = open[act.index % Math.max(open.length, 1)];
  if (watch === undefined) return;
  switch (act.do) {
    case 'endWatch':
      if (act.how === 'end') watch.finish();
      else if (act.how === 'reset') watch.end(reset(watch.what));
      else watch.silence();
      return;
    case 'loseEvent':
      if (watch.queue.shift() !== undefined) world.lostEvents = true;
      return;
    case 'repeatEvent':
      if (watch.queue[0] !== undefined) watch.queue.unshift(watch.queue[0]);
      return;
    case 'bookmark':
      watch.bookmark();
      return;
    default:
      return assertNever(act);
  }
}
