// Valid session specs to start from: a test changes the one thing it is about.

import { type SessionSpec, type SessionSpecInput, sessionSpecSchema } from '../../src/model/session-spec.ts';
import type { SessionSubject } from '../../src/rules/session-subject.ts';

/** An image reference pinned by a digest that no registry has. */
export const PINNED_IMAGE = `registry.example/team/tool:1.0@sha256:${'ab'.repeat(32)}`;

/** The smallest valid spec with every default filled in; `change` replaces top-level fields before defaults are filled in. */
export function aSessionSpec(change: Partial<SessionSpecInput> = {}): SessionSpec {
  return sessionSpecSchema.parse({ image: PINNED_IMAGE, ...change });
}

/** What session rules judge. Passes every session rule without a warning under the default policy. */
export function aSession(
  change: Partial<SessionSpecInput> = {},
  metadata: Partial<Pick<SessionSubject, 'labels' | 'annotations'>> = {},
): SessionSubject {
  return { spec: aSessionSpec(change), labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} };
}
