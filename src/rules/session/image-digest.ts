// Danger: a tag can be moved to another image after it was reviewed. Fields: spec.image.
// Allowed: a reference with a digest, where policy images.requireDigest is true. Source: CIS Docker 4.2 and 5.28, security.md 4.4.

import type { Rule } from '../rule.ts';
import { imageOf } from '../session-image.ts';
import type { SessionSubject } from '../session-subject.ts';

export const imageDigest: Rule<SessionSubject> = {
  id: 'MCPS-303',
  severity: 'deny',
  title: 'image digest',
  why: 'A tag can be moved to another image after it was reviewed.',
  check: ({ spec }, policy) => {
    const reference = imageOf(spec);
    if (!policy.images.requireDigest || reference === null || reference.digest !== null) return [];
    return [
      {
        rule: 'MCPS-303',
        kind: 'invalid',
        path: 'spec.image',
        value: spec.image,
        message: 'has no digest; policy images.requireDigest is true',
        fix: 'append @sha256:<64 hex digits>',
      },
    ];
  },
};
