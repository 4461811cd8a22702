// Danger: an image from a stranger's registry is a stranger's program. Fields: spec.image.
// Allowed: registries and paths of policy images.allow, compared by whole path components (default "*").
// Source: CIS Docker 4.2, security.md 4.4 Image.

import { type ImageReference, isImageBelow } from '../../lib/image-reference.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { shownList } from '../allow-list.ts';
import type { Rule } from '../rule.ts';
import { imageOf } from '../session-image.ts';
import type { SessionSubject } from '../session-subject.ts';

export const imageRegistry: Rule<SessionSubject> = {
  id: 'MCPS-302',
  severity: 'deny',
  title: 'image registry',
  why: 'An image from a registry that nobody vouches for is a program of strangers.',
  check: ({ spec }, policy) => {
    const reference = imageOf(spec);
    if (reference === null || isAllowed(reference, policy.images.allow)) return [];
    const name = `${reference.registry}/${reference.path}`;
    return [
      {
        rule: 'MCPS-302',
        kind: 'forbidden',
        path: 'spec.image',
        message: `${shownValue(name)} is not below policy images.allow (${shownList(policy.images.allow)})`,
        fix: 'use an image from there',
      },
    ];
  },
};

const isAllowed = (reference: ImageReference, allowed: readonly string[]): boolean =>
  allowed.some((prefix) => prefix === '*' || isImageBelow(reference, prefix));
