import type { SessionInits } from '../../src/ports/container-access.ts';

/** Inits that are there at once and never heard of again: for tests that are not about them. */
export const idleInits: SessionInits = {
  open: async () => {},
  whenReady: async () => {},
  isHeld: () => false,
  release: async () => {},
  onWayChange: () => () => {},
};
