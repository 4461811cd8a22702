// Many lives of sessions through one controller process whose connections to the API server break all the time, and what it holds
// afterwards. The same for the test, with few lives, and for the bench, with many.

import type { DebugAnswer } from '../faults/process/orders.ts';
import { openCuttableProxy } from './cuttable-proxy.ts';
import type { ControllerChild, OperatorCluster } from './operator-cluster.ts';
import { waitFor } from './wait-for.ts';

export interface Soak {
  /** After the first lives, which fill every cache and pool, and after all of them. */
  readonly before: DebugAnswer;
  readonly after: DebugAnswer;
  readonly lives: number;
  readonly cuts: number;
}

export interface SoakOptions {
  readonly lives: number;
  /** Lives that come first and count as nothing. */
  readonly warmups: number;
  readonly random: () => number;
}

const IN_FLIGHT = 4;
const CUT_EVERY_MS = 700;
const GONE_WITHIN_MS = 120_000;

export async function soak(operator: OperatorCluster, options: SoakOptions, signal: AbortSignal): Promise<Soak> {
  const { lives, warmups, random } = options;
  await using proxy = await openCuttableProxy(operator.apiServer);
  operator.place();
  const controller = await operator.startController(proxy.kubeconfigPath);
  await runLives(operator, { from: 0, to: warmups }, signal);
  const before = await resting(controller);
  let cuts = 0;
  const cutting = setInterval(() => {
    if (proxy.cut(random())) cuts += 1;
  }, CUT_EVERY_MS);
  try {
    await runLives(operator, { from: warmups, to: warmups + lives }, signal);
  } finally {
    clearInterval(cutting);
  }
  return { before, after: await resting(controller, before), lives, cuts };
}

/** When nothing is under way; with `wanted`, when besides connections that were in use have ended, or after a while. */
async function resting(controller: ControllerChild, wanted?: DebugAnswer): Promise<DebugAnswer> {
  await controller.idle();
  if (wanted === undefined) return controller.debug();
  const calm = async () => {
    const now = await controller.debug();
    return now.openFiles <= wanted.openFiles && now.activeResources <= wanted.activeResources;
  };
  await waitFor('idle connections to end', calm).catch(() => {}); // whoever asked compares
  return controller.debug();
}

async function runLives(
  operator: OperatorCluster,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<void> {
  let next = from;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < to; index = next++) {
      const name = `life-${index}`;
      await operator.create(name);
      const { meta } = await operator.ready(name);
      await operator.store.delete(meta, signal);
      const gone = async () => (await operator.store.read(meta, signal)) === null;
      await waitFor(`the end of ${name}`, gone, GONE_WITHIN_MS);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}
