import type { ContainerSpec } from '../../src/model/container.ts';

/** One change to a valid container, and everything that the container rules say about it: "<id> <path> <message>". */
export interface ContainerCase {
  readonly change: Partial<ContainerSpec>;
  readonly want: readonly string[];
}
