// Looks at images, shared by sessions that start together: a burst of one image asks the engine once. A container is created by the
// image's id, so a tag that moves meanwhile changes nothing that was judged.

import type { ImageFacts } from '../model/container.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEngine } from '../ports/container-engine.ts';

const GOOD_FOR_MS = 2_000;
/** Names come from people; an image that falls out is only looked at again. */
const MOST_IMAGES = 128;

export interface ImageLooks {
  /** null when the engine has no such image, which is never remembered. */
  look(reference: string, signal: AbortSignal): Promise<ImageFacts | null>;
}

export function createImageLooks(engine: Pick<ContainerEngine, 'inspectImage'>, clock: Clock): ImageLooks {
  const seen = new Map<string, { readonly facts: ImageFacts; readonly atMs: number }>();
  return {
    async look(reference, signal) {
      const known = seen.get(reference);
      if (known !== undefined && clock.monotonicMs() - known.atMs < GOOD_FOR_MS) return known.facts;
      const facts = await engine.inspectImage(reference, signal);
      seen.delete(reference);
      if (facts === null) return null;
      if (seen.size >= MOST_IMAGES) seen.clear();
      seen.set(reference, { facts, atMs: clock.monotonicMs() });
      return facts;
    },
  };
}
