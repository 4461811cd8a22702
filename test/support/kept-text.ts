// A kept text in memory: what "the disk" holds can be read, changed and made to fail.

import { OperatorError } from '../../src/lib/errors.ts';
import type { KeptText } from '../../src/ports/kept-text.ts';

export interface KeptTextInMemory extends KeptText {
  text: string | null;
  writes: number;
  fault: 'read' | 'write' | null;
}

export function keptInMemory(text: string | null = null): KeptTextInMemory {
  const kept: KeptTextInMemory = {
    place: 'memory',
    text,
    writes: 0,
    fault: null,
    read: () =>
      kept.fault === 'read'
        ? Promise.reject(new OperatorError('unavailable', 'the disk fails'))
        : Promise.resolve(kept.text),
    replace: async (next) => {
      if (kept.fault === 'write') throw new OperatorError('unavailable', 'the disk is full');
      kept.writes += 1;
      kept.text = next;
    },
  };
  return kept;
}
