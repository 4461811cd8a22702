// Ids of containers that this process has seen with our labels. Destructive calls take no other id: a mistake elsewhere
// cannot reach a stranger's container. Labels of a container never change, so what was seen once stays true.

import { LRUCache } from 'lru-cache';

import { OperatorError } from '../lib/errors.ts';
import { shortId } from './engine-errors.ts';

/** Many times what one engine can run; bounds the memory over years. */
const MAX_REMEMBERED = 20_000;

export interface OwnedContainers {
  add(containerId: string): void;
  has(containerId: string): boolean;
  /** Throws OperatorError('forbidden') for an id that was never seen with our labels. */
  require(containerId: string, doing: string): void;
}

export function createOwnedContainers(): OwnedContainers {
  const seen = new LRUCache<string, true>({ max: MAX_REMEMBERED });
  return {
    add: (containerId) => void seen.set(containerId, true),
    has: (containerId) => seen.get(containerId) === true,
    require: (containerId, doing) => {
      if (seen.get(containerId) === true) return;
      throw new OperatorError(
        'forbidden',
        `refused to ${doing} container ${shortId(containerId)}: it was not seen with the labels of this cluster and node; inspect it first`,
      );
    },
  };
}
