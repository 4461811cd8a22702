// Events of our containers. Only the actions below: others, such as exec_create, carry command lines of sessions and are
// neither asked for nor read.

import { z } from 'zod';

import type { EngineEvent } from '../ports/container-engine.ts';
import type { EngineClient } from './engine-client.ts';
import { type Home, identityOf, labelFilter } from './identity-labels.ts';
import { readJsonLines } from './read-lines.ts';

export const WATCHED_ACTIONS = [
  'create',
  'start',
  'die',
  'kill',
  'oom',
  'stop',
  'restart',
  'pause',
  'unpause',
  'rename',
  'update',
  'destroy',
] as const;

const eventSchema = z.looseObject({
  Type: z.literal('container'),
  Action: z.enum(WATCHED_ACTIONS),
  Actor: z.looseObject({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

export interface EventWatch {
  readonly client: EngineClient;
  readonly home: Home;
  readonly onEvent: (event: EngineEvent) => void;
  /** Seconds since the epoch: the engine replays from there what it still remembers. */
  readonly sinceSeconds: number;
}

/** Resolves when `signal` aborts or the engine ends the stream. The engine gives no sign that it listens before the first event. */
export async function watchEvents(
  { client, home, onEvent, sinceSeconds }: EventWatch,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const filters = JSON.stringify({ type: ['container'], label: labelFilter(home), event: WATCHED_ACTIONS });
  const query = { filters, since: String(sinceSeconds) };
  const stream = await client.stream('events', { query }, signal).catch((thrown: unknown) => {
    if (signal.aborted) return null;
    throw thrown;
  });
  if (stream === null) return;
  const stop = () => void stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readJsonLines(stream)) {
      const event = engineEvent(line, home);
      if (event !== null) onEvent(event);
    }
  } catch (thrown) {
    if (!signal.aborted && !isConnectionLoss(thrown)) throw thrown;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** null for what is not one of our containers, or not one of our actions. */
export function engineEvent(line: unknown, home: Home): EngineEvent | null {
  const parsed = eventSchema.safeParse(line);
  if (!parsed.success) return null;
  const { Action, Actor } = parsed.data;
  const identity = identityOf(Actor.Attributes, home);
  if (identity === null) return null;
  return { containerId: Actor.ID, namespace: identity.namespace, name: identity.name, action: Action };
}

/** The engine went away in the middle: the end of the stream, not a fault. */
function isConnectionLoss(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
