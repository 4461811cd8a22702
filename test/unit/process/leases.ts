// An in-memory lease store with the semantics of the API server, seen through connections that a test can cut or slow.

import { OperatorError } from '../../../src/lib/errors.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { LeaseRecord, LeaseStore } from '../../../src/ports/nodes.ts';

export interface LeaseServer {
  readonly records: Map<string, LeaseRecord>;
  /** One client's view; `mode` decides what its requests meet. */
  connect(): LeaseStore & { mode: 'ok' | 'cut' | 'hang' | 'answer-lost' };
}

export function createLeaseServer(clock: Clock): LeaseServer {
  const records = new Map<string, LeaseRecord>();
  let version = 0;

  const write: LeaseStore['write'] = async (name, { holder, durationSeconds, resourceVersion }) => {
    const known = records.get(name) ?? null;
    if (resourceVersion === null && known !== null) throw new OperatorError('already-exists', 'exists');
    if (resourceVersion !== null && known === null) throw new OperatorError('not-found', 'gone');
    if ((known?.resourceVersion ?? null) !== resourceVersion) throw new OperatorError('conflict', 'changed');
    version += 1;
    const record = {
      holder,
      durationSeconds,
      renewTime: `${clock.nowMs()}-${version}`,
      resourceVersion: String(version),
    };
    records.set(name, record);
    return record;
  };

  return {
    records,
    connect() {
      const connection: ReturnType<LeaseServer['connect']> = {
        mode: 'ok',
        read: async (name, signal) => {
          await reach(connection.mode, signal);
          return records.get(name) ?? null;
        },
        write: async (name, lease, signal) => {
          await reach(connection.mode, signal);
          const record = await write(name, lease, signal);
          if (connection.mode === 'answer-lost') throw new OperatorError('unavailable', 'reset');
          return record;
        },
        list: async () => records,
      };
      return connection;
    },
  };
}

async function reach(mode: 'ok' | 'cut' | 'hang' | 'answer-lost', signal: AbortSignal): Promise<void> {
  if (mode === 'cut') throw new OperatorError('unavailable', 'no route');
  if (mode !== 'hang') return;
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
