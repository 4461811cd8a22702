// Gives the session init the part of its environment that no configuration of the container holds, and lets it start what waits.

import { isFault } from '../../lib/errors.ts';
import { utf8Length } from '../../lib/utf8.ts';
import type { EnvironmentEntry } from '../../model/container.ts';
import type { Channel } from './channel.ts';
import { ask, only } from './exchange.ts';
import { requestFault } from './faults.ts';
import { MAX_PAYLOAD_BYTES } from './frames.ts';

const ANSWER_WITHIN_MS = 5_000;
/** Of a payload, beside the variables. */
const HEAD_BYTES = 5;
/** Of one variable in it. */
const LENGTH_BYTES = 4;

/** Each variable has to fit into a frame. Success also when an earlier controller has done it, or has done the half of it. */
export async function releaseInit(
  channel: Channel,
  environment: readonly EnvironmentEntry[],
  signal: AbortSignal,
): Promise<void> {
  const parts = inParts(environment.map(({ name, value }) => `${name}=${value}`));
  for (const [index, env] of parts.entries()) {
    const isDone = await give(channel, { more: index < parts.length - 1, env }, signal);
    if (isDone) return;
  }
}

async function give(
  channel: Channel,
  body: { readonly more: boolean; readonly env: readonly string[] },
  signal: AbortSignal,
): Promise<boolean> {
  const silence = { ms: ANSWER_WITHIN_MS, before: 'each', ends: 'connection' } as const;
  const request = { name: 'environment', body, take: only('environmentSet'), refused: requestFault, silence } as const;
  try {
    await ask(channel, request, signal);
    return !body.more;
  } catch (thrown) {
    if (!isFault(thrown, 'conflict')) throw thrown;
    return true; // complete already
  }
}

/** At least one, for an environment without any. */
function inParts(variables: readonly string[]): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  let bytes = HEAD_BYTES;
  for (const variable of variables) {
    const size = LENGTH_BYTES + utf8Length(variable);
    if (bytes + size > MAX_PAYLOAD_BYTES) {
      parts.push([]);
      bytes = HEAD_BYTES;
    }
    bytes += size;
    parts.at(-1)?.push(variable);
  }
  return parts;
}
