// Pulls an image and reads the progress to its end: the engine answers 200 first and says later, in the stream, what failed.

import { z } from 'zod';

import { OperatorError } from '../lib/errors.ts';
import { withDeadline } from '../process/deadline.ts';
import { ENGINE_CALLS } from './engine-calls.ts';
import type { EngineClient } from './engine-client.ts';
import { engineWords } from './engine-errors.ts';
import { parseAnswer } from './parse-answer.ts';
import { readJsonLines } from './read-lines.ts';

const progressSchema = z.looseObject({ error: z.string().optional() });

/** Rejects with `invalid` and the registry's own words when the image cannot be had; other kinds are the engine's own faults. */
export async function pullImage(client: EngineClient, reference: string, signal: AbortSignal): Promise<void> {
  const limit = { ms: ENGINE_CALLS.imagePull.deadlineMs, what: `the pull of ${reference}` };
  await withDeadline(limit, (bounded) => pull(client, reference, bounded), signal);
}

async function pull(client: EngineClient, reference: string, signal: AbortSignal): Promise<void> {
  const query = { fromImage: reference, ...(isTaggedOrDigested(reference) ? {} : { tag: 'latest' }) };
  const progress = await client.stream('imagePull', { query }, signal).catch((thrown: unknown) => {
    throw refusalOf(reference, thrown);
  });
  const stop = () => void progress.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readJsonLines(progress)) {
      const { error } = parseAnswer({ schema: progressSchema, answer: line, about: 'a pull' });
      if (error !== undefined) throw cannotBeHad(reference, engineWords(error));
    }
  } catch (thrown) {
    if (!signal.aborted && thrown instanceof OperatorError) throw thrown;
    throw brokenOff({ reference, cause: thrown }, signal);
  } finally {
    signal.removeEventListener('abort', stop);
  }
  if (signal.aborted) throw brokenOff({ reference, cause: undefined }, signal);
}

/** The reason of `signal` when that was ours, the time limit for example; else the connection broke or the caller left. */
function brokenOff({ reference, cause }: { reference: string; cause: unknown }, signal: AbortSignal): OperatorError {
  if (signal.reason instanceof OperatorError) return signal.reason;
  if (signal.aborted) return new OperatorError('cancelled', `the pull of ${reference} was cancelled`);
  return new OperatorError('unavailable', `the connection to the engine broke during the pull of ${reference}`, {
    cause,
  });
}

/** Without a tag the engine would pull every tag there is. */
const isTaggedOrDigested = (reference: string): boolean => /@|:[^/]+$/.test(reference);

/** Old engines report a registry that is away or refuses with 404 or 500, instead of in the stream. */
function refusalOf(reference: string, thrown: unknown): unknown {
  if (!(thrown instanceof OperatorError)) return thrown;
  const registrysFault = thrown.kind === 'not-found' || thrown.kind === 'internal' || thrown.kind === 'forbidden';
  if (!registrysFault) return thrown;
  return cannotBeHad(reference, thrown.message.replace(/^Docker could not pull an image: /, ''), thrown);
}

function cannotBeHad(reference: string, words: string, cause?: unknown): OperatorError {
  return new OperatorError('invalid', `image ${reference} cannot be pulled: ${words}`, { cause });
}
