// How much longer things take on a machine that does something else as well: the operator's deadlines are promises about a machine
// of its own, and a test that breaks because of its neighbours proves nothing.

import { cpus, loadavg } from 'node:os';

/** Waiting programs per core up to which a deadline holds as it is. */
const EVERYDAY_LOAD = 2;
const MOST = 6;
/** Sets another upper bound for a process. */
export const MOST_PATIENCE = 'FAULTS_MOST_PATIENCE';

/** Multiplies deadlines: 1 on a machine with little else to do. */
export function patience(): number {
  const [oneMinute = 0] = loadavg();
  const most = Number(process.env[MOST_PATIENCE] ?? MOST);
  return Math.min(Math.max(oneMinute / cpus().length / EVERYDAY_LOAD, 1), most);
}
