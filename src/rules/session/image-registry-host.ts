// Danger: the engine fetches an image from the network of the node, so a registry that is the node, its network or a metadata
// service makes the engine send requests there for the session.
// Fields: spec.image.
// Allowed: registries with a public name or address; others where policy images.allow names the registry itself ("*" does not);
// "mcps.local", under which images of the node alone are kept.
// Source: requirements.md S3.T6 and 9.7, S4.SCN.04; security.md 4.4 Image.

import { type ImageReference, isImageBelow } from '../../lib/image-reference.ts';
import { shownValue } from '../../lib/visible-text.ts';
import { blockedHostProblem } from '../network/blocked-host.ts';
import type { Rule } from '../rule.ts';
import { imageOf } from '../session-image.ts';
import type { SessionSubject } from '../session-subject.ts';

/** No registry: what `hack/session-image.ts` and people build on a node carries this name, and nobody resolves it. */
const IMAGES_OF_THE_NODE = 'mcps.local';
const DEFAULT_REGISTRY = 'docker.io';

export const imageRegistryHost: Rule<SessionSubject> = {
  id: 'MCPS-325',
  severity: 'deny',
  title: 'image registry on networks of the node',
  why: 'The engine fetches images from the network of the node, where services trust who reaches them.',
  check: ({ spec }, policy) => {
    const reference = imageOf(spec);
    if (reference === null || isNamed(reference, policy.images.allow)) return [];
    const { registry } = reference;
    if (registry === DEFAULT_REGISTRY || registry === IMAGES_OF_THE_NODE) return [];
    const problem = blockedHostProblem(registry);
    if (problem === null) return [];
    return [
      {
        rule: 'MCPS-325',
        kind: 'forbidden',
        path: 'spec.image',
        message: `${shownValue(registry)} ${problem}`,
        fix: 'use a public registry, or name it in policy images.allow',
      },
    ];
  },
};

const isNamed = (reference: ImageReference, allowed: readonly string[]): boolean =>
  allowed.some((prefix) => prefix !== '*' && isImageBelow(reference, prefix));
