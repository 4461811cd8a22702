// Two connections that are one: bytes both ways, each end passed on by itself, and a failure of one ends the other.

import type { Duplex } from 'node:stream';

/** Resolves when both are closed. Both must stay open for writing after their end has been read (allowHalfOpen). */
export async function relay(left: Duplex, right: Duplex): Promise<void> {
  const closed = [left, right].map((stream) => new Promise<void>((resolve) => void stream.once('close', resolve)));
  destroyTogether(left, right);
  destroyTogether(right, left);
  left.pipe(right);
  right.pipe(left);
  await Promise.all(closed);
}

function destroyTogether(failing: Duplex, other: Duplex): void {
  // How a connection broke is of no use to anybody here: the other side sees that it did.
  failing.once('error', () => other.destroy());
  failing.once('close', () => {
    if (!failing.readableEnded || !failing.writableFinished) other.destroy();
  });
}
