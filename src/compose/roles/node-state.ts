// What a controller has on its node: the directory that is its alone, the book of grants in it, and cluster time, which goes on from
// what the last process of this boot knew.

import { createGrantBook, type GrantBook, type NodeIdentity, readNodeState } from '../../controller/grants.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { asOperatorError } from '../../lib/errors.ts';
import type { BootClock, Clock } from '../../ports/clock.ts';
import type { KeptText } from '../../ports/kept-text.ts';
import type { Log } from '../../ports/log.ts';
import { createBootClock } from '../../process/boot-clock.ts';
import { type ClusterClock, createClusterClock } from '../../process/cluster-clock.ts';
import { createDurableTextFile } from '../../process/durable-text-file.ts';
import type { LockProgram } from '../../process/file-lock.ts';
import { lockDir } from '../../process/locked-dir.ts';

export interface OpenNodeState {
  readonly clock: ClusterClock;
  readonly grants: GrantBook;
  /** Whether this process alone has the state of the node. Without that nothing may be ended by it. */
  readonly isOurs: boolean;
  close(): Promise<void>;
}

export interface NodeStateOptions extends NodeIdentity {
  readonly client: KubeClient;
  readonly dir: string;
  readonly lockProgram: LockProgram;
  readonly clock: Clock;
  /** Default: that of this machine. */
  readonly boot?: BootClock;
  readonly log: Log;
}

/** 10,000 sessions have less. */
const MAX_BYTES = 8 * 1024 * 1024;
const FIRST_ANSWER_MS = 2_000;

/** Rejects with `conflict` while another process has the directory; everything else that is wrong with it is told and done without. */
export async function openNodeState(options: NodeStateOptions, signal: AbortSignal): Promise<OpenNodeState> {
  const { client, cluster, nodeName, log } = options;
  const place = await openPlace(options);
  const identity = { cluster, nodeName };
  const state = await readNodeState(place.kept, identity, log);
  const clock = createClusterClock({
    base: options.clock,
    boot: options.boot ?? createBootClock(),
    kept: state.clock,
    log,
  });
  client.onAnswer((answer) => clock.observe(answer));
  await client.request({ method: 'GET', path: '/version', deadlineMs: FIRST_ANSWER_MS }, signal).catch(() => {}); // away: the kept time goes on
  const { sessions, formerNames } = state;
  const anchor = () => clock.anchor();
  const grants = createGrantBook({ kept: place.kept, identity, sessions, formerNames, anchor, clock, log });
  if (state.clock === null) {
    // Before anything is made under this name: whoever has the directory next may have another one. A file with a time has the name already.
    grants.begin();
    await grants.settled();
  }
  return {
    clock,
    grants,
    isOurs: place.isOurs,
    async close() {
      await grants.close();
      place.release();
    },
  };
}

/** The API server's time for a program without a state of its own. */
export function followClusterTime(options: Pick<NodeStateOptions, 'client' | 'clock' | 'log'>): ClusterClock {
  const clock = createClusterClock({ base: options.clock, boot: createBootClock(), kept: null, log: options.log });
  options.client.onAnswer((answer) => clock.observe(answer));
  return clock;
}

interface Place {
  readonly kept: KeptText;
  readonly isOurs: boolean;
  release(): void;
}

async function openPlace({ dir, lockProgram, log }: NodeStateOptions): Promise<Place> {
  try {
    const insteadOfIt = 'give this controller another one';
    const lock = await lockDir({ dir, lockName: 'lock', program: lockProgram, insteadOfIt });
    const kept = createDurableTextFile({ path: `${dir}/grants.json`, maxBytes: MAX_BYTES });
    return { kept, isOurs: true, release: () => lock.release() };
  } catch (thrown) {
    const error = asOperatorError(thrown);
    if (error.kind === 'conflict') throw error;
    log.warn('no node state: a restart forgets idle times, and nothing ends while the API server is away', {
      error: error.message,
    });
    return { kept: NOWHERE, isOurs: false, release: () => {} };
  }
}

const NOWHERE: KeptText = { place: 'nowhere', read: () => Promise.resolve(null), replace: () => Promise.resolve() };
