// The image reference of a spec, which several rules look at: parsed once.

import { type ImageReference, parseImageReference } from '../lib/image-reference.ts';
import { rememberLast } from '../lib/remember.ts';
import type { SessionSpec } from '../model/session-spec.ts';

/** null for text that is none (MCPS-301). */
export const imageOf: (spec: SessionSpec) => ImageReference | null = rememberLast(({ image }: SessionSpec) =>
  parseImageReference(image),
);
