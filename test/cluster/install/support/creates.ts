// Many creates, one after another in each of several namespaces, some of them of sessions that must be refused; every answer is kept,
// and what was accepted is looked up and deleted again.

import { setTimeout as sleep } from 'node:timers/promises';

import { waitFor } from '../../../../hack/cluster/wait-for.ts';
import type { KubeClient } from '../../../../src/kube/kube-client.ts';
import { asOperatorError } from '../../../../src/lib/errors.ts';
import { never, pathOf, sessionObject } from './sessions.ts';

export interface Tally {
  /** Safe ones that were created and found. */
  safe: number;
  /** Unsafe ones that were refused by their rule. */
  refused: number;
  /** Creates that found no webhook, were told so, and were made again. */
  retried: number;
  /** Anything else, each with what was said. */
  readonly wrong: string[];
}

interface Load {
  readonly client: KubeClient;
  /** Each is worked on by itself. */
  readonly namespaces: readonly string[];
  /** Creates at least; they go on for as long as the event takes, too. */
  readonly atLeast: number;
  /** Whether a create that finds no webhook is made again, as clients do; else that is wrong. */
  readonly retries: boolean;
}

/** Between two creates of a namespace. */
const PAUSE_MS = 50;

/** No node takes it: only what admission does is asked for. */
const SAFE = { operatingMode: 'Suspended', nodeSelector: { place: 'nowhere' } };
const TRIES = 100;
const RETRY_AFTER_MS = 200;
const IS_UNSAFE = (index: number): boolean => index % 4 === 3;

/** Resolves when the event is over and there were creates enough; rejects as the event does. */
export async function createDuring(event: () => Promise<unknown>, load: Load): Promise<Tally> {
  let isOver = false;
  const over = event().finally(() => {
    isOver = true;
  });
  const [tally] = await Promise.all([createUntil(() => isOver, load), over]);
  return tally;
}

async function createUntil(isOver: () => boolean, load: Load): Promise<Tally> {
  const tally: Tally = { safe: 0, refused: 0, retried: 0, wrong: [] };
  let next = 0;
  const work = async (namespace: string): Promise<void> => {
    while (next < load.atLeast || !isOver()) {
      const index = next++;
      const one = { ...load, namespace, name: `n${index}` };
      await (IS_UNSAFE(index) ? createUnsafe : createSafe)(one, tally);
      await sleep(PAUSE_MS);
    }
  };
  await Promise.all(load.namespaces.map(work));
  return tally;
}

interface One {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly retries: boolean;
}

async function createSafe(one: One, tally: Tally): Promise<void> {
  const { client, namespace, name } = one;
  const path = pathOf(namespace, name);
  try {
    await create(one, SAFE, tally);
    await client.request({ method: 'GET', path }, never);
    tally.safe += 1;
    await client.request({ method: 'DELETE', path }, never);
    await untilGone(one);
  } catch (thrown) {
    tally.wrong.push(`${name}: ${asOperatorError(thrown).message}`);
  }
}

/** Its node has to let go of it first, and until then it counts. */
async function untilGone({ client, namespace, name }: One): Promise<void> {
  await waitFor({
    what: `session ${name} to go`,
    withinMs: 60_000,
    isTrue: async () => {
      const { body } = await client.request({ method: 'GET', path: pathOf(namespace) }, never);
      const { items } = body as { readonly items: readonly { readonly metadata: { readonly name: string } }[] }; // a list of the API server
      return !items.some(({ metadata }) => metadata.name === name);
    },
  });
}

async function createUnsafe(one: One, tally: Tally): Promise<void> {
  try {
    await create(one, { ...SAFE, security: { privileged: true } }, tally);
    tally.wrong.push(`${one.name}: a privileged session was let through`);
  } catch (thrown) {
    const { message } = asOperatorError(thrown);
    if (message.includes('MCPS-101')) tally.refused += 1;
    else tally.wrong.push(`${one.name}: ${message}`);
  }
}

async function create(one: One, spec: object, tally: Tally): Promise<void> {
  const { client, namespace, name } = one;
  const body = sessionObject({ namespace, name }, spec);
  for (let left = one.retries ? TRIES : 1; ; left -= 1) {
    try {
      await client.request({ method: 'POST', path: pathOf(namespace), body }, never);
      return;
    } catch (thrown) {
      if (left === 1 || !asOperatorError(thrown).message.includes('failed calling webhook')) throw thrown;
      tally.retried += 1;
      await sleep(RETRY_AFTER_MS);
    }
  }
}
