// Hands changed keys to the program outside of the watch's read loop: a slow or throwing receiver must not end a watch.

import { asOperatorError } from '../lib/errors.ts';
import type { Log } from '../ports/log.ts';

export interface ChangeNotifier {
  changed(key: string): void;
  /** Drops what was not handed over yet. */
  stop(): void;
}

/** A list of thousands is handed over in parts: whoever receives it may do something with each key. */
const KEYS_PER_TURN = 500;

/** Each key is handed over once per turn of the event loop, however often it changed in that turn. */
export function createChangeNotifier(onChange: (key: string) => void, log: Log): ChangeNotifier {
  const pending = new Set<string>();
  let scheduled: NodeJS.Immediate | null = null;

  const flush = (): void => {
    const keys = [...pending].slice(0, KEYS_PER_TURN);
    for (const key of keys) pending.delete(key);
    scheduled = pending.size > 0 ? setImmediate(flush) : null;
    for (const key of keys) {
      try {
        onChange(key);
      } catch (thrown) {
        log.error('a change could not be handed over', { key, error: asOperatorError(thrown).message });
      }
    }
  };

  return {
    changed(key) {
      pending.add(key);
      scheduled ??= setImmediate(flush);
    },
    stop() {
      if (scheduled !== null) clearImmediate(scheduled);
      pending.clear();
    },
  };
}
