// Danger: a reference that two programs read differently runs something else than what was reviewed.
// Fields: spec.image. Allowed: the distribution grammar in lower case, without credentials; no bare id.
// Source: github.com/distribution/reference, security.md 4.4 Image.

import type { Rule } from '../rule.ts';
import { imageOf } from '../session-image.ts';
import type { SessionSubject } from '../session-subject.ts';

export const imageReference: Rule<SessionSubject> = {
  id: 'MCPS-301',
  severity: 'deny',
  title: 'image reference',
  why: 'A reference that two programs read differently runs something else than what was reviewed.',
  check: ({ spec }) => {
    if (imageOf(spec) !== null) return [];
    return [
      {
        rule: 'MCPS-301',
        kind: 'invalid',
        path: 'spec.image',
        // What stands before an "@" may be a user name and password.
        value: spec.image.slice(spec.image.lastIndexOf('@') + 1),
        message: 'is not an image reference',
        fix: 'write [registry/]path[:tag][@sha256:<64 hex digits>], in lower case',
      },
    ];
  },
};
