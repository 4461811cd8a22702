// Danger: a tag can be moved to another image after it was reviewed; a warning where policy does not require a digest.
// Fields: spec.image. Allowed: without a warning, a reference with a digest, or policy images.requireDigest (then MCPS-303 refuses).
// Source: CIS Docker 5.28, ux.md 2.2 (3xx).

import type { Rule } from '../rule.ts';
import { imageOf } from '../session-image.ts';
import type { SessionSubject } from '../session-subject.ts';

export const mutableTag: Rule<SessionSubject> = {
  id: 'MCPS-310',
  severity: 'warn',
  title: 'mutable image tag',
  why: 'A tag can be moved to another image after it was reviewed.',
  check: ({ spec }, policy) => {
    const reference = imageOf(spec);
    if (policy.images.requireDigest || reference === null || reference.digest !== null) return [];
    return [
      {
        rule: 'MCPS-310',
        kind: 'invalid',
        path: 'spec.image',
        value: spec.image,
        message: `tag "${reference.tag ?? 'latest'}" can be moved to another image`,
        fix: 'append @sha256:<64 hex digits>',
      },
    ];
  },
};
