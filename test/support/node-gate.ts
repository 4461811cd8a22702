// The rules that only the node can ask, each broken in the world of the controller: the ids that its decision then names.

import type { ImageFacts, NodeFacts, ResolvedHostPath } from '../../src/model/container.ts';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { nextStep } from '../../src/plan/next-step.ts';
import { aPolicy } from './judgement.ts';
import { named } from './request-gates.ts';
import {
  aStoredSession,
  aWorld,
  observationOf,
  runToRest,
  STORY_IDENTITY,
  STORY_IMAGE,
  STORY_INIT_VOLUME,
  STORY_NODE,
} from './story.ts';

interface Breach {
  readonly spec?: Partial<SessionSpecInput>;
  readonly image?: Partial<ImageFacts>;
  readonly node?: Partial<NodeFacts>;
  readonly hostPath?: ResolvedHostPath['kind'];
  readonly policy?: Readonly<Record<string, unknown>>;
}

const DATA = '/srv/data';
const MOUNTS = { mounts: [{ hostPath: DATA, target: '/data' }] };

/** All that the node has to be asked for is known, and the next step would be to create. */
function beforeCreation({ spec = {}, image, node, hostPath = 'directory', policy = {} }: Breach): readonly string[] {
  const session = aStoredSession(spec);
  const world = aWorld({
    session: { ...session, meta: { ...session.meta, finalizers: ['mcpsession.dev/container'] } },
    image: { known: 'present', facts: { ...STORY_IMAGE, ...image } },
    hostPaths: [{ asked: DATA, resolved: DATA, kind: hostPath, identity: STORY_IDENTITY }],
    initVolume: STORY_INIT_VOLUME,
    policy: aPolicy(policy),
  });
  const { step, report } = nextStep({ ...observationOf(world), node: { ...STORY_NODE, ...node } });
  return step.do === 'rest' && report?.reason === 'PolicyRejected' ? named(report.message) : [];
}

/** The running container has another directory than the one that was judged. */
function afterStart(): readonly string[] {
  const world = aWorld({
    session: aStoredSession(MOUNTS),
    mountsGot: { seen: true, mounts: [{ target: '/data', identity: { ...STORY_IDENTITY, inode: '666' } }] },
  });
  runToRest(world);
  const ready = world.session?.status.conditions?.find(({ type }) => type === 'Ready');
  return world.containers?.length === 0 && ready?.reason === 'IsolationFailed' ? named(ready.message) : [];
}

/** By rule. */
export const NODE_ASKS: Readonly<Record<string, () => readonly string[]>> = {
  'MCPS-108': () =>
    beforeCreation({ spec: { security: { runtime: 'runsc' } }, policy: { runtimes: { allow: ['runc', 'runsc'] } } }),
  'MCPS-109': () => beforeCreation({ node: { appArmor: false }, policy: { appArmor: { mode: 'required' } } }),
  'MCPS-110': () => beforeCreation({ policy: { engine: { requireRootless: true } } }),
  'MCPS-211': () => beforeCreation({ spec: MOUNTS, hostPath: 'absent' }),
  'MCPS-212': afterStart,
  'MCPS-320': () => beforeCreation({ image: { volumes: ['/data'] } }),
  'MCPS-321': () => beforeCreation({ image: { repoDigests: [] }, policy: { images: { allowLocal: false } } }),
  'MCPS-322': () => beforeCreation({ image: { labels: ['traefik.enable'] } }),
  'MCPS-323': () => beforeCreation({ image: { env: [{ name: 'LD_PRELOAD', value: '/lib/x.so' }] } }),
  'MCPS-324': () => beforeCreation({ image: { workingDir: '/proc/self/fd/7' } }),
};
