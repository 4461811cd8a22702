// Makes a failing history small: choices are left out, and deliveries put in order, as long as it still fails in the same way.

import { scriptedHistory } from '../histories.ts';
import type { Script } from '../history.ts';
import type { WarmWorlds } from '../warm-worlds.ts';
import type { Choice } from '../world/choices.ts';
import type { Violation } from '../world/world.ts';
import { play } from './play.ts';

/** Two failures are the same when they break the same invariant in the same words but for numbers. */
export const kindOf = ({ invariant, what }: Violation): string =>
  `${invariant} ${what.replaceAll(/[0-9a-f]*\d[0-9a-f]*/g, '#').replaceAll(/team-a\/[ab]/g, 'a session')}`;

const MOST_TRIES = 1_500;

export async function shrink(script: Script, kind: string, warm: WarmWorlds): Promise<Script> {
  let best = script;
  let tries = 0;
  const stillFails = async (choices: readonly Choice[]): Promise<void> => {
    if (tries >= MOST_TRIES) return;
    tries += 1;
    const candidate = { ...best, choices };
    const { violations } = await play(scriptedHistory(candidate, { warm }));
    if (violations.some((violation) => kindOf(violation) === kind)) best = candidate;
  };
  for (const size of halves(script.choices.length)) {
    for (let at = best.choices.length - size; at > -size; at -= size) {
      await stillFails([...best.choices.slice(0, Math.max(at, 0)), ...best.choices.slice(at + size)]);
    }
  }
  for (let at = 0; at < best.choices.length; at += 1) {
    const choice = best.choices[at];
    if (typeof choice === 'number' && choice > 0) await stillFails(best.choices.with(at, 0));
  }
  return best;
}

/** Half, a quarter, and so on; single ones twice, since one that goes can set another free. */
function halves(length: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = Math.ceil(length / 2); size > 1; size = Math.ceil(size / 2)) sizes.push(size);
  return [...sizes, 1, 1];
}
