// A book of grants for tests: kept in memory, by the clock of the test.

import { createGrantBook, type GrantBook } from '../../src/controller/grants.ts';
import type { SessionGrant } from '../../src/model/node-state.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { KeptText } from '../../src/ports/kept-text.ts';
import { silentLog } from '../../src/ports/log.ts';
import { keptInMemory } from './kept-text.ts';

export function grantsInMemory(
  clock: Clock,
  start: {
    readonly kept?: KeptText;
    readonly sessions?: readonly SessionGrant[];
    readonly formerNames?: readonly string[];
  } = {},
): GrantBook {
  return createGrantBook({
    kept: start.kept ?? keptInMemory(),
    identity: { cluster: 'cluster-1', nodeName: 'node-1' },
    sessions: start.sessions ?? [],
    formerNames: start.formerNames ?? [],
    anchor: () => null,
    clock,
    log: silentLog,
  });
}
