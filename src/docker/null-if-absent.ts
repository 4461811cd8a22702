import { isFault } from '../lib/errors.ts';

/** null where the engine says that there is no such thing. */
export async function nullIfAbsent<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (isFault(thrown, 'not-found')) return null;
    throw thrown;
  }
}
