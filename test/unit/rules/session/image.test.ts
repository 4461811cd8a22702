import { imageDigest } from '../../../../src/rules/session/image-digest.ts';
import { imageReference } from '../../../../src/rules/session/image-reference.ts';
import { imageRegistry } from '../../../../src/rules/session/image-registry.ts';
import { mutableTag } from '../../../../src/rules/session/mutable-tag.ts';
import { PINNED_IMAGE } from '../../../support/session-builder.ts';
import { testSessionRules } from '../../../support/session-rule-cases.ts';

const referenceFix = 'fix: write [registry/]path[:tag][@sha256:<64 hex digits>], in lower case';

testSessionRules({
  refused: [
    {
      name: 'what is no reference',
      rule: imageReference,
      given: { image: 'Python:3' },
      want: [`spec.image: Invalid value: Python:3: [MCPS-301] is not an image reference; ${referenceFix}`],
    },
    {
      name: 'credentials, without showing them',
      rule: imageReference,
      given: { image: 'user:hunter2@registry.example/x' },
      want: [`spec.image: Invalid value: registry.example/x: [MCPS-301] is not an image reference; ${referenceFix}`],
    },
    {
      name: 'S4.SCN.04: a registry that policy does not list, by whole components',
      rule: imageRegistry,
      given: { image: 'docker.io/libraryevil/python:3' },
      policy: { images: { allow: ['docker.io/library', 'registry.example:5000'] } },
      want: [
        'spec.image: Forbidden: [MCPS-302] docker.io/libraryevil/python is not below policy images.allow (docker.io/library, registry.example:5000); fix: use an image from there',
      ],
    },
    {
      name: 'any image where policy lists none',
      rule: imageRegistry,
      given: { image: 'python' },
      policy: { images: { allow: [] } },
      want: [
        'spec.image: Forbidden: [MCPS-302] docker.io/library/python is not below policy images.allow (none); fix: use an image from there',
      ],
    },
    {
      name: 'S4.SCN.04: a tag where policy requires a digest',
      rule: imageDigest,
      given: { image: 'python:3.13' },
      policy: { images: { requireDigest: true } },
      want: [
        'spec.image: Invalid value: python:3.13: [MCPS-303] has no digest; policy images.requireDigest is true; fix: append @sha256:<64 hex digits>',
      ],
    },
    {
      name: '(as a warning) a tag',
      rule: mutableTag,
      given: { image: 'python:3.13' },
      want: [
        'spec.image: Invalid value: python:3.13: [MCPS-310] tag "3.13" can be moved to another image; fix: append @sha256:<64 hex digits>',
      ],
    },
    {
      name: '(as a warning) S4.SCN.04: no tag at all',
      rule: mutableTag,
      given: { image: 'python' },
      want: [
        'spec.image: Invalid value: python: [MCPS-310] tag "latest" can be moved to another image; fix: append @sha256:<64 hex digits>',
      ],
    },
  ],
  accepted: [
    { name: 'a pinned image', rule: imageReference, given: { image: PINNED_IMAGE } },
    { name: 'every registry by default', rule: imageRegistry, given: { image: 'registry.example/a/b' } },
    {
      name: 'a short name by its full one',
      rule: imageRegistry,
      given: { image: 'python:3' },
      policy: { images: { allow: ['docker.io/library'] } },
    },
    {
      name: 'a registry with its port',
      rule: imageRegistry,
      given: { image: 'registry.example:5000/x' },
      policy: { images: { allow: ['registry.example:5000/'] } },
    },
    {
      name: 'a digest',
      rule: imageDigest,
      given: { image: PINNED_IMAGE },
      policy: { images: { requireDigest: true } },
    },
    { name: 'a tag where no digest is required', rule: imageDigest, given: { image: 'python:3' } },
    { name: '(without a warning) a digest', rule: mutableTag, given: { image: PINNED_IMAGE } },
    {
      name: '(without a warning) what MCPS-303 refuses anyway',
      rule: mutableTag,
      given: { image: 'python:3' },
      policy: { images: { requireDigest: true } },
    },
  ],
});
