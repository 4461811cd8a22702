// Whole lives of sessions as text: read the .txt files as a reviewer would. `vitest -u` rewrites them.

import { expect, test } from 'vitest';
import type { McpSession } from '../../../src/model/session.ts';
import type { Failure } from '../../../src/plan/observation.ts';
import { aPolicy } from '../../support/judgement.ts';
import {
  assignAnew,
  aStoredSession,
  aWorld,
  changeFirstContainer,
  changeSession,
  meanwhile,
  runToRest,
  STORY_IDENTITY,
  STORY_NODE,
  STORY_START_MS,
  type World,
} from '../../support/story.ts';

const MINUTE = 60_000;
/** A session with a directory of the node. */
const MOUNTING = { mounts: [{ hostPath: '/srv/data', target: '/data' }] };
const ISOLATED = { network: { mode: 'isolated' as const } };
const ON_DISK = { workspace: { medium: 'Disk' as const } };
const UNBOUNDED = aPolicy({ workspace: { unboundedDisk: true } });
const attached = () => {
  const { uid, namespace, name } = aStoredSession().meta;
  const identity = { cluster: 'cluster-1', node: 'node-1', uid, namespace, name, instanceGeneration: 1 };
  return { name: `mcps-${uid}`, identity, differences: [] };
};
const aNetwork = () => ({ ...attached(), id: 'a'.repeat(64), endpoints: [] });
const aWorkspace = () => ({ ...attached(), driver: 'local', sizeBytes: 268_435_456, persistent: true });
/** A session with a variable from a Secret. */
const REFERRING = { env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] };
const pass = (world: World, ms: number) => meanwhile(world, `${ms / 1000} s pass`, () => (world.nowMs += ms));
const deleting = (session: McpSession): McpSession => ({
  ...session,
  meta: { ...session.meta, deletionMs: STORY_START_MS + 1 },
});
const failure = (change: Partial<Failure>): Failure => ({
  act: 'pull',
  retryable: true,
  engineAway: false,
  message: 'manifest unknown',
  count: 1,
  retryAtMs: STORY_START_MS + 5_000,
  ...change,
});
const bumped = (session: McpSession, change: Partial<NonNullable<McpSession['spec']>>): McpSession => ({
  ...session,
  meta: { ...session.meta, generation: session.meta.generation + 1 },
  spec: session.spec === null ? null : { ...session.spec, ...change },
});

function drained(world: World): void {
  runToRest(world);
  meanwhile(world, 'a drain with a notice of five minutes', () => {
    world.drain = { untilMs: world.nowMs + 300_000 };
  });
  runToRest(world);
  meanwhile(world, 'the notice is over', () => {
    world.nowMs += 300_000;
  });
  runToRest(world);
  runToRest(world);
}

const stories: readonly { readonly name: string; readonly tell: (world: World) => void; readonly world?: World }[] = [
  {
    name: 'a healthy session is created, runs and is deleted',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'somebody looks again', () => {});
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
    },
  },
  {
    name: 'a missing image is pulled, with a failure on the way',
    world: aWorld({ imageOnNode: null }),
    tell: (world) => {
      world.failNext = { step: 'pull', failure: failure({}) };
      runToRest(world);
      pass(world, 5_000);
      world.lastFailure = failure({ retryAtMs: STORY_START_MS });
      runToRest(world);
    },
  },
  {
    name: 'an image that never comes ends in a missed deadline',
    world: aWorld({ imageOnNode: null, image: { known: 'absent' } }),
    tell: (world) => {
      world.failNext = { step: 'pull', failure: failure({}) };
      runToRest(world);
      pass(world, 2 * MINUTE);
      runToRest(world);
    },
  },
  {
    name: 'a session ends when its time is over and is deleted later',
    tell: (world) => {
      runToRest(world);
      pass(world, 60 * MINUTE);
      world.lastActivityMs = world.nowMs;
      runToRest(world);
      pass(world, 5 * MINUTE);
      runToRest(world);
    },
  },
  {
    name: 'an idle session ends after its idle time',
    tell: (world) => {
      runToRest(world);
      pass(world, 10 * MINUTE);
      meanwhile(world, 'a command runs', () => (world.lastActivityMs = world.nowMs));
      runToRest(world);
      pass(world, 15 * MINUTE);
      runToRest(world);
    },
  },
  {
    name: 'a main program that ends finishes the session',
    world: aWorld({ session: aStoredSession({ command: ['job'] }) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the program exits with 3', () =>
        changeFirstContainer(world, { state: 'exited', exitCode: 3, finishedMs: world.nowMs }),
      );
      runToRest(world);
    },
  },
  {
    name: 'an image without sleep under an init program says what to do',
    world: aWorld({ session: aStoredSession({ sessionInit: 'Disabled' }) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the init program finds no sleep', () =>
        changeFirstContainer(world, { state: 'exited', exitCode: 127, finishedMs: world.nowMs }),
      );
      runToRest(world);
    },
  },
  {
    name: 'a main program is restarted under failurePolicy Recreate',
    world: aWorld({ session: aStoredSession({ command: ['server'], failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the kernel ends it for its memory', () =>
        changeFirstContainer(world, { state: 'exited', exitCode: 137, oomKilled: true, finishedMs: world.nowMs }),
      );
      runToRest(world);
    },
  },
  {
    name: 'a container that was removed by hand is lost under Retain',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'docker rm -f', () => (world.containers = []));
      runToRest(world);
    },
  },
  {
    name: 'a container that was removed by hand is replaced under Recreate',
    world: aWorld({ session: aStoredSession({ failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'docker rm -f', () => (world.containers = []));
      runToRest(world);
    },
  },
  {
    name: 'an isolated session gets its network first and gives it back last',
    world: aWorld({ session: aStoredSession(ISOLATED) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'it is suspended', () => changeSession(world, (s) => bumped(s, { operatingMode: 'Suspended' })));
      runToRest(world);
      meanwhile(world, 'it is resumed, and placement assigns it anew', () => {
        changeSession(world, (s) => bumped(s, { operatingMode: 'Running' }));
        assignAnew(world);
      });
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
    },
  },
  {
    name: 'a network that somebody else is on ends the session and is told when it cannot be removed',
    world: aWorld({ session: aStoredSession(ISOLATED) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'a stranger joins, and the controller starts anew', () => {
        world.networks = world.networks.map((network) => ({ ...network, endpoints: ['f'.repeat(64)] }));
        world.attachments = null;
      });
      world.failNext = {
        step: 'removeNetwork',
        failure: failure({ act: 'removeNetwork', message: 'network is still used by container ffffffffffff' }),
      };
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
      pass(world, 5_000);
      runToRest(world);
    },
  },
  {
    name: 'a controller that died after it made the network makes no second one',
    world: aWorld({ session: aStoredSession(ISOLATED), networks: [aNetwork(), { ...aNetwork(), id: 'b'.repeat(64) }] }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a network of another form is replaced before the container',
    world: aWorld({
      session: aStoredSession(ISOLATED),
      networks: [{ ...aNetwork(), differences: ['Internal'] }],
    }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'disk without a bound is refused where policy does not allow it',
    world: aWorld({ session: aStoredSession(ON_DISK) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the engine gets a quota', () => (world.node = { ...world.node, diskQuota: true }));
      runToRest(world);
    },
  },
  {
    name: 'a workspace on disk goes with its container',
    world: aWorld({ session: aStoredSession(ON_DISK), policy: UNBOUNDED }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
    },
  },
  {
    name: 'a workspace that persists is kept until the session is deleted',
    world: aWorld({
      session: aStoredSession({ workspace: { medium: 'Disk', persistent: true }, failurePolicy: 'Recreate' }),
      node: { ...STORY_NODE, diskQuota: true },
    }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'docker rm -f', () => (world.containers = []));
      runToRest(world);
      meanwhile(world, 'it is suspended', () => changeSession(world, (s) => bumped(s, { operatingMode: 'Suspended' })));
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
    },
  },
  {
    name: 'a kept workspace of another bound is not used',
    world: aWorld({
      session: aStoredSession({ workspace: { medium: 'Disk', persistent: true } }),
      workspaces: [{ ...aWorkspace(), sizeBytes: null }],
      node: { ...STORY_NODE, diskQuota: true },
    }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a volume that leads elsewhere ends the container',
    world: aWorld({ session: aStoredSession(ON_DISK), policy: UNBOUNDED }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the volume is another one, and the controller starts anew', () => {
        world.workspaces = [{ ...aWorkspace(), sizeBytes: null, differences: ['device'] }];
        world.attachments = null;
      });
      runToRest(world);
    },
  },
  {
    name: 'what a session that is gone has left behind is removed',
    world: aWorld({
      session: null,
      leftovers: [
        { kind: 'workspace', id: aWorkspace().name, identity: aWorkspace().identity, persistent: true },
        { kind: 'network', id: aNetwork().id, identity: aNetwork().identity, persistent: false },
      ],
    }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a paused container is reported and comes back by itself',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'docker pause', () => changeFirstContainer(world, { state: 'paused' }));
      runToRest(world);
      meanwhile(world, 'docker unpause', () => changeFirstContainer(world, { state: 'running' }));
      runToRest(world);
    },
  },
  {
    name: 'a container that is not what was approved never starts',
    world: aWorld({
      tamper: (made) => ({
        ...made,
        spec: { ...made.spec, memoryBytes: made.spec.memoryBytes / 2, memorySwapBytes: made.spec.memorySwapBytes / 2 },
      }),
    }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'somebody looks again', () => {});
      runToRest(world);
    },
  },
  {
    name: 'a running container that becomes privileged is ended',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the engine reports privileged', () => {
        const running = world.containers?.[0];
        if (running !== undefined) changeFirstContainer(world, { spec: { ...running.spec, privileged: true } });
      });
      runToRest(world);
    },
  },
  {
    name: 'a spec that the rules refuse gets no container',
    world: aWorld({ session: aStoredSession({ security: { privileged: true } }) }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a suspended session gives its container back and resumes',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'operatingMode: Suspended', () =>
        changeSession(world, (s) => bumped(s, { operatingMode: 'Suspended' })),
      );
      runToRest(world);
      meanwhile(world, 'operatingMode: Running', () =>
        changeSession(world, (s) => bumped(s, { operatingMode: 'Running' })),
      );
      runToRest(world);
      meanwhile(world, 'placement has room on this node, and assigns the session anew', () => assignAnew(world));
      runToRest(world);
    },
  },
  {
    name: 'a session that never started leaves a drained node before anything starts',
    world: aWorld({ drain: { untilMs: STORY_START_MS } }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a session under Retain is told of a drain and ends with it',
    tell: (world) => drained(world),
  },
  {
    name: 'a session under Recreate leaves a drained node and comes back only by a new assignment',
    world: aWorld({ session: aStoredSession({ failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      drained(world);
      meanwhile(world, 'the drain is taken back', () => {
        world.drain = null;
      });
      runToRest(world);
      meanwhile(world, 'placement assigns the session anew', () => assignAnew(world));
      runToRest(world);
    },
  },
  {
    name: 'a drain that is taken back in time changes nothing',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'a drain begins, and is taken back', () => {
        world.drain = { untilMs: world.nowMs + 300_000 };
      });
      runToRest(world);
      world.drain = null;
      runToRest(world);
    },
  },
  {
    name: 'nothing starts while a container of another time is left behind on the node',
    world: aWorld({ leftBehind: 1 }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'it is gone', () => {
        world.leftBehind = 0;
      });
      runToRest(world);
    },
  },
  {
    name: 'a controller that died between create and start adopts the container',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the controller forgets everything, the container is only created', () => {
        changeFirstContainer(world, { state: 'created', startedMs: null });
        changeSession(world, (s) => ({
          ...s,
          status: { assignment: s.status.assignment },
        }));
        world.image = { known: 'unknown' };
      });
      runToRest(world);
    },
  },
  {
    name: 'a recreated session of the same name never gets the old container',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'deleted and created again while nobody looked', () => {
        const again = aStoredSession();
        world.session = { ...again, meta: { ...again.meta, uid: 'another-uid' } };
      });
      runToRest(world);
    },
  },
  {
    name: 'an image without sleep says what to do',
    world: aWorld({ session: aStoredSession({ sessionInit: 'Disabled' }) }),
    tell: (world) => {
      world.failNext = {
        step: 'start',
        failure: failure({
          act: 'start',
          retryable: false,
          message: 'exec: "sleep": executable file not found in $PATH',
        }),
      };
      runToRest(world);
    },
  },
  {
    name: 'a session init that cannot be delivered is tried again',
    tell: (world) => {
      const message = 'no space left on device';
      world.failNext = { step: 'lookAtInit', failure: failure({ act: 'deliverInit', message }) };
      runToRest(world);
      pass(world, MINUTE);
      runToRest(world);
    },
  },
  {
    name: 'a session init that stops answering is told, and the session goes on',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the session init hangs', () => (world.commandsBy = 'engine-exec'));
      runToRest(world);
      meanwhile(world, 'it answers again', () => (world.commandsBy = 'session-init'));
      runToRest(world);
    },
  },
  {
    name: 'a container with the session init of an older release stays',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the controller is upgraded', () => (world.initVolume = 'mcpsession-init-fedcba9876543210'));
      runToRest(world);
    },
  },
  {
    name: 'a container without the session init that the session asked for is ended',
    world: aWorld({ tamper: (container) => ({ ...container, spec: { ...container.spec, mounts: [] } }) }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a host path is compared once its container runs, and again for the next container',
    world: aWorld({ session: aStoredSession({ ...MOUNTING, failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'its program ends', () => {
        changeFirstContainer(world, { state: 'exited', pid: null, finishedMs: world.nowMs, exitCode: 1 });
        world.containerMounts = null; // of a container that does not run
      });
      runToRest(world);
    },
  },
  {
    name: 'a host path that another directory has taken after the check ends the container',
    world: aWorld({
      session: aStoredSession(MOUNTING),
      mountsGot: { seen: true, mounts: [{ target: '/data', identity: { ...STORY_IDENTITY, inode: '2' } }] },
    }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'somebody looks again', () => {});
      runToRest(world);
    },
  },
  {
    name: 'a host path that nobody can compare ends the container',
    world: aWorld({
      session: aStoredSession(MOUNTING),
      mountsGot: { seen: false, why: 'process 4711 of the container is not among the processes here' },
    }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a session that refers to a Secret starts nothing before it has the value',
    world: aWorld({ session: aStoredSession(REFERRING) }),
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'the controller restarts', () => {
        world.isHeld = null;
        world.image = { known: 'unknown' };
      });
      runToRest(world);
    },
  },
  {
    name: 'a missing Secret is told and waited for, and no container is made without it',
    world: aWorld({ session: aStoredSession(REFERRING) }),
    tell: (world) => {
      const message = 'there is no Secret "db", which variable DB needs';
      world.failNext = { step: 'lookAtReferences', failure: failure({ act: 'readReferences', message }) };
      runToRest(world);
      pass(world, 5_000);
      runToRest(world);
    },
  },
  {
    name: 'a Secret that goes between create and start holds the session until its deadline',
    world: aWorld({ session: aStoredSession(REFERRING) }),
    tell: (world) => {
      const message = 'Secret "db" has no key "url", which variable DB needs';
      world.failNext = { step: 'release', failure: failure({ act: 'release', message }) };
      runToRest(world);
      pass(world, 2 * MINUTE);
      world.lastFailure = failure({ act: 'release', message });
      runToRest(world);
    },
  },
  {
    name: 'a session init that is silent after a restart of the controller ends nothing',
    world: aWorld({ session: aStoredSession(REFERRING) }),
    tell: (world) => {
      runToRest(world);
      pass(world, 3 * MINUTE);
      meanwhile(world, 'the controller restarts, and the session init says nothing', () => {
        world.isHeld = null;
        const message = 'the session init of container c0 does not answer';
        world.lastFailure = failure({ act: 'release', message, engineAway: true, retryAtMs: world.nowMs + 5_000 });
      });
      runToRest(world);
    },
  },
  {
    name: 'an engine that is away is waited for',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'dockerd stops', () => {
        world.containers = null;
        world.lastFailure = failure({ act: 'observe', engineAway: true, message: 'no Docker Engine answers' });
      });
      runToRest(world);
    },
  },
  {
    name: 'what was said for good survives an engine that is away',
    world: aWorld({ session: aStoredSession({ failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      runToRest(world);
      pass(world, 15 * MINUTE);
      runToRest(world);
      meanwhile(world, 'dockerd restarts', () => {
        world.containers = null;
        world.lastFailure = failure({ act: 'observe', engineAway: true, message: 'no Docker Engine answers' });
      });
      runToRest(world);
      meanwhile(world, 'dockerd is back', () => {
        world.containers = [];
        world.lastFailure = null;
      });
      runToRest(world);
    },
  },
  {
    name: 'a copy that inherited our labels is left alone, before and after the session is deleted',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'docker commit and docker run --name my_debug', () => {
        const own = world.containers?.[0];
        if (own === undefined) return;
        const copy = { ...own, id: 'f'.repeat(64), spec: { ...own.spec, containerName: 'my_debug' } };
        world.containers = [copy, own];
      });
      runToRest(world);
      meanwhile(world, 'kubectl delete', () => changeSession(world, deleting));
      runToRest(world);
      world.lines.push(`left on the engine: ${world.containers?.map(({ spec }) => spec.containerName).join()}`);
    },
  },
  {
    name: 'a program that ends at once is counted and waits longer each time',
    world: aWorld({ session: aStoredSession({ command: ['false'], failurePolicy: 'Recreate' }) }),
    tell: (world) => {
      for (let round = 0; round < 3; round += 1) {
        runToRest(world);
        meanwhile(world, 'it ended before anybody looked', () =>
          changeFirstContainer(world, { state: 'exited', exitCode: 1, finishedMs: world.nowMs }),
        );
        runToRest(world);
        pass(world, 5_000);
      }
    },
  },
  {
    name: 'a foreign container with the name of the session is left alone',
    world: aWorld({ nameTakenBy: 'f'.repeat(64) }),
    tell: (world) => {
      runToRest(world);
    },
  },
  {
    name: 'a session of another node is none of our business, but its stale copy here goes',
    tell: (world) => {
      runToRest(world);
      meanwhile(world, 'placement moved it to node-2', () =>
        changeSession(world, (s) => ({
          ...s,
          status: {
            ...s.status,
            assignment: { nodeName: 'node-2', attempt: 2, instanceGeneration: 2, assignedAt: '2026-11-20T12:01:00Z' },
          },
        })),
      );
      runToRest(world);
    },
  },
];

test.each(stories)('$name', async ({ name, tell, world = aWorld() }) => {
  tell(world);
  await expect(`${world.lines.join('\n')}\n`).toMatchFileSnapshot(
    `stories/${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`,
  );
});

test('a forged status never ends a running container', () => {
  const world = aWorld();
  runToRest(world);
  changeSession(world, (s) => ({ ...s, status: { ...s.status, finishedAt: '2026-11-20T12:00:00Z' } }));
  runToRest(world);
  expect(world.containers?.[0]?.state).toBe('running');
});

test('a second look at a steady session writes nothing', () => {
  const world = aWorld();
  runToRest(world);
  world.lines.length = 0;
  world.nowMs += 1_000;
  runToRest(world);
  expect(world.lines).toEqual(['rest for 899 s']);
});
