import { imageDigest } from '../../../../src/rules/session/image-digest.ts';
import { imageReference } from '../../../../src/rules/session/image-reference.ts';
import { imageRegistry } from '../../../../src/rules/session/image-registry.ts';
import { imageRegistryHost } from '../../../../src/rules/session/image-registry-host.ts';
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
    ...[
      ['169.254.169.254/latest/x', '169.254.169.254 is the metadata service of a cloud'],
      ['127.0.0.1:5000/x', '127.0.0.1:5000 is the node itself'],
      ['localhost/x', 'localhost is a name of the node or its cluster (localhost)'],
      ['localhost:2375/x', 'localhost:2375 is a name of the node or its cluster (localhost)'],
      ['10.0.0.1/x', '10.0.0.1 is a private network'],
      ['0x7f.1/x', '0x7f.1 is the node itself'],
      ['2130706433:5000/x', '2130706433:5000 is the node itself'],
      ['0177.0.0.1/x', '0177.0.0.1 is the node itself'],
      ['metadata.google.internal/x', 'metadata.google.internal is a name of the node or its cluster (internal)'],
      ['registry.default.svc/x', 'registry.default.svc is a name of the node or its cluster (svc)'],
      ['r.a.svc.cluster.local:443/x', 'r.a.svc.cluster.local:443 is a name of the node or its cluster (local)'],
      ['registry:5000/x', 'registry:5000 is a name without a domain, which each network reads in its own way'],
      ['999.999.999.999/x', '999.999.999.999 is not a host'],
    ].map(([image = '', problem]) => ({
      name: `S4.SCN.04, S3.IMP.04: ${image}, which the engine would ask from the network of the node`,
      rule: imageRegistryHost,
      given: { image },
      want: [
        `spec.image: Forbidden: [MCPS-325] ${problem}; fix: use a public registry, or name it in policy images.allow`,
      ],
    })),
    {
      name: 'a registry of the node beside one that policy names',
      rule: imageRegistryHost,
      given: { image: '10.0.0.2:5000/x' },
      policy: { images: { allow: ['*', '10.0.0.1:5000', '10.0.0.2'] } },
      want: [
        'spec.image: Forbidden: [MCPS-325] 10.0.0.2:5000 is a private network; fix: use a public registry, or name it in policy images.allow',
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
    ...[
      'python',
      'docker.io/x',
      'ghcr.io/a/b',
      'registry.example:5000/x',
      '8.8.8.8:5000/x',
      'mcps.local/busybox:1',
    ].map((image) => ({ name: `S4.SCN.04: ${image}`, rule: imageRegistryHost, given: { image } })),
    {
      name: 'a registry of the cluster that policy names',
      rule: imageRegistryHost,
      given: { image: 'registry.tools.svc:5000/agents/x' },
      policy: { images: { allow: ['*', 'registry.tools.svc:5000/agents'] } },
    },
    { name: 'what MCPS-301 refuses', rule: imageRegistryHost, given: { image: 'a b' } },
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
