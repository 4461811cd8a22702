// What users of the simulated world ask for. Made once: specs are shared by all histories, as values that nobody changes.

import type { ImageFacts, NodeFacts } from '../../../src/model/container.ts';
import type { SessionSpec, SessionSpecInput } from '../../../src/model/session-spec.ts';
import { sha256Hex } from '../../../src/lib/sha256.ts';
import { createSharedParts } from '../../../src/kube/shared-parts.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aPolicySet } from '../../support/policies.ts';
import { aStoredSession, STORY_NODE } from '../../support/story.ts';

const imageOf = (name: string): string => `registry.example/team/${name}:1.0@sha256:${sha256Hex(name)}`;

const IMAGES = {
  /** On every node from the start. */
  local: imageOf('local'),
  /** In the registry. */
  remote: imageOf('remote'),
  /** On every node, and declares a volume: refused. */
  volume: imageOf('volume'),
  /** Nowhere. */
  missing: imageOf('missing'),
} as const;

export function factsOfImage(name: 'local' | 'remote' | 'volume'): {
  readonly reference: string;
  readonly facts: ImageFacts;
} {
  return { reference: IMAGES[name], facts: IMAGE_FACTS[name] };
}

const factsNamed = (name: string): ImageFacts => ({
  id: `sha256:${sha256Hex(`id of ${name}`)}`,
  repoDigests: [`registry.example/team/${name}@sha256:${sha256Hex(name)}`],
  env: [{ name: 'PATH', value: '/usr/bin:/bin' }],
  volumes: [],
  labels: [],
  workingDir: '',
});

const IMAGE_FACTS = {
  local: factsNamed('local'),
  remote: factsNamed('remote'),
  volume: { ...factsNamed('volume'), volumes: ['/data'] },
};

export interface Template {
  readonly name: string;
  readonly spec: SessionSpec;
  /** Words that the session may come to rest with although nothing went wrong, beside running. */
  readonly restsWith: readonly string[];
}

/** Equal parts are one value, as the programs' caches make them: so specs stay the values that they are here. */
const share = createSharedParts();
const sharing = (spec: SessionSpec): SessionSpec => share({ ...aStoredSession(), spec }).spec ?? spec;

const template = (name: string, change: Partial<SessionSpecInput>, restsWith: readonly string[] = []): Template => ({
  name,
  spec: sharing(aSessionSpec({ image: IMAGES.local, ...change })),
  restsWith,
});

export const TEMPLATES: readonly Template[] = [
  template('idle', {}),
  template('idle, recreated', { failurePolicy: 'Recreate' }),
  template('without init', { sessionInit: 'Disabled' }),
  template('program, recreated', { command: ['serve'], failurePolicy: 'Recreate', sessionInit: 'Disabled' }),
  template('program', { command: ['serve'] }),
  template('short', { lifetime: { ttlSeconds: 20, ttlSecondsAfterFinished: 30 } }, ['SessionExpired']),
  template('idles out', { lifetime: { idleTimeoutSeconds: 30 } }, ['SessionExpired']),
  template('suspended', { operatingMode: 'Suspended' }),
  template('refused', { user: { uid: 0 } }, ['PolicyRejected']),
  template('isolated', { network: { mode: 'isolated' } }),
  template('on disk', { workspace: { medium: 'Disk' }, failurePolicy: 'Recreate' }),
  template('kept on disk', { workspace: { medium: 'Disk', persistent: true }, network: { mode: 'isolated' } }),
  template('pulled', { image: IMAGES.remote }),
  template('without image', { image: IMAGES.missing }, ['ImagePullFailed', 'StartDeadlineExceeded']),
  template('with a volume', { image: IMAGES.volume }, ['PolicyRejected', 'StartDeadlineExceeded']),
];

export const POLICIES = {
  normal: aPolicySet(),
  /** Refuses most sessions. */
  strict: aPolicySet({ limits: { maxTtlSeconds: 600 } }),
  suspended: aPolicySet({ suspendAll: true }),
  kept: aPolicySet({ suspendAll: true, suspendKeepsContainers: true }),
} as const;

export type PolicyName = keyof typeof POLICIES;

const nodeFacts = new Map<string, NodeFacts>();

/** The same value for every history, so that what was worked out about it counts on. */
export function factsOfNode(nodeName: string): NodeFacts {
  const known = nodeFacts.get(nodeName) ?? { ...STORY_NODE, nodeName, cluster: 'simulated', diskQuota: true };
  nodeFacts.set(nodeName, known);
  return known;
}
