// Where in a command line the analysis is.

import type { Feed } from './found-command.ts';
import type { Scope } from './scope.ts';

export interface Place {
  /** The word of the given command line. */
  readonly at: number;
  readonly scope: Scope;
  /** What commands read that get no other input. */
  readonly feed: Feed;
  readonly inScript: boolean;
  /** Commands and scripts around it. */
  readonly depth: number;
  /** It is inside of a loop whose words are tried one by one. */
  readonly inLoop: boolean;
}
