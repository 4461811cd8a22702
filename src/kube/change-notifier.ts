// Hands changed keys to the program outside of the watch's read loop: a slow or throwing receiver must not end a watch.

import { asOperatorError } from '../lib/errors.ts';
import type { Log } from '../ports/log.ts';

export interface ChangeNotifier {
  changed(key: string): void;
  /** Drops what was not handed over yet. */
  stop(): void;
}

/** Each key is handed over once per turn of the event loop, however often it changed in that turn. */
export function createChangeNotifier(onChange: (key: string) => void, log: Log): ChangeNotifier {
  let pending = new Set<string>();
  let scheduled: NodeJS.Immediate | null = null;

  const flush = (): void => {
    scheduled = null;
    const keys = pending;
    pending = new Set();
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
