// The controller's own pass over one session with a host path, on a real engine; only the API server is memory.

import { createContainerView } from '../../../src/controller/container-view.ts';
import { createImageLooks } from '../../../src/controller/image-looks.ts';
import { reconcile } from '../../../src/controller/reconcile.ts';
import { createSessionMemories } from '../../../src/controller/session-memory.ts';
import type { DockerEngine } from '../../../src/docker/engine.ts';
import { type Condition, conditionOf } from '../../../src/model/conditions.ts';
import { FINALIZER } from '../../../src/model/names.ts';
import { defaultPolicy, type Policy } from '../../../src/model/policy.ts';
import type { PolicySet } from '../../../src/model/policy-set.ts';
import type { McpSession } from '../../../src/model/session.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { HostPaths } from '../../../src/ports/host-paths.ts';
import { silentLog } from '../../../src/ports/log.ts';
import type { SessionCache, SessionStore } from '../../../src/ports/sessions.ts';
import { grantsInMemory } from '../../support/grants.ts';
import { openLanes } from '../../support/open-lanes.ts';
import { unlabelled } from '../../support/policies.ts';
import { sessionImage } from '../../support/docker.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aStoredSession } from '../../support/story.ts';

const MOST_LOOKS = 30;
type SessionSpecInputWithoutImage = Partial<Omit<SessionSpecInput, 'image'>>;

export async function hostMountRig(options: {
  readonly engine: DockerEngine;
  readonly cluster: string;
  readonly uid: string;
  readonly clock: Clock;
  readonly hostPaths: HostPaths;
  readonly mount: NonNullable<SessionSpecInput['mounts']>[number];
  /** Of a session without the session init, unless this says otherwise. */
  readonly change?: SessionSpecInputWithoutImage;
  readonly policy?: Policy;
  /** Runs after the check, before the engine is asked to create. */
  readonly beforeCreate: () => Promise<void>;
}) {
  const { engine, clock, uid } = options;
  const { signal } = new AbortController();
  const { reference } = await sessionImage();
  const facts = { ...(await engine.facts(signal)), cluster: options.cluster, nodeName: 'node-1' };
  const base = aStoredSession();
  let session: McpSession = {
    ...base,
    meta: { ...base.meta, uid, finalizers: [FINALIZER], creationMs: clock.nowMs() },
    spec: aSessionSpec({ image: reference, sessionInit: 'Disabled', mounts: [options.mount], ...options.change }),
  };
  const swapping: DockerEngine = {
    ...engine,
    create: async (spec, within) => {
      await options.beforeCreate();
      return engine.create(spec, within);
    },
  };
  const view = createContainerView(engine);
  view.replaceAll([]);
  const store = {
    read: () => Promise.resolve(session),
    writeStatus: async (_session: McpSession, status: McpSession['status']) => (session = { ...session, status }),
  } as unknown as SessionStore; // nothing else is read or written in these lives
  const profile = { policy: options.policy ?? defaultPolicy(), hash: 'sha256:test' };
  const set: PolicySet = {
    defaultProfile: 'sandbox',
    profiles: { sandbox: profile, production: profile, development: profile, investigation: profile },
    suspension: 'none',
    yolo: false,
    hash: 'sha256:test',
  };
  const deps: Parameters<typeof reconcile>[0] = {
    engine: swapping,
    view,
    store,
    cache: { cached: () => session } as unknown as SessionCache, // as above
    memories: createSessionMemories(),
    events: { record: () => {} },
    hostPaths: options.hostPaths,
    images: createImageLooks(engine, clock),
    ...openLanes(engine, clock),
    inits: engine.inits,
    references: { read: () => Promise.resolve([]) },
    wayInto: (containerId) => engine.access.wayInto(containerId),
    onRunning: () => {},
    onReleased: () => {},
    written: () => {},
    clock,
    log: silentLog,
    policies: { current: () => set },
    namespaces: unlabelled,
    grants: grantsInMemory(clock),
    drain: () => null,
    leftBehind: { count: () => 0, settled: () => {} },
    node: () => facts,
  };
  const ready = (): Condition | null => conditionOf(session.status.conditions, 'Ready');
  return {
    status: () => session.status,
    /** Looks until nothing is left to do; resolves with the Ready condition. */
    async settle(): Promise<Condition> {
      for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
        const { requeueAfterMs } = await reconcile(deps, `${session.meta.namespace}/${session.meta.name}`, signal);
        const said = ready();
        if (said !== null && (requeueAfterMs === null || requeueAfterMs > 0)) return said;
      }
      throw new Error(`not settled: ${JSON.stringify(ready())}`);
    },
  };
}
