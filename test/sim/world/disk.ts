// The file in which a controller keeps what it has granted, on the disk of its simulated node.

import type { KeptText } from '../../../src/ports/kept-text.ts';
import type { Scheduler } from '../kit/scheduler.ts';
import type { SimProcess } from './processes.ts';
import type { SimNode } from './sim-node.ts';

/** For a process that has no place of its own. */
export const NOWHERE: KeptText = {
  place: 'nowhere',
  read: () => Promise.resolve(null),
  replace: () => Promise.resolve(),
};

/** The file on the node's disk. A write that is cut off by a crash leaves the old text. */
export function keptTextOf(node: SimNode, process: SimProcess, scheduler: Scheduler): KeptText {
  return {
    place: node.name,
    read: () => Promise.resolve(node.disk.text),
    replace: (text) =>
      new Promise((resolve) => {
        const run = (): void => {
          node.disk.text = text;
          resolve();
        };
        if (process.alive) scheduler.add({ kind: 'reply', actor: process, what: 'write to disk', run });
      }),
  };
}
