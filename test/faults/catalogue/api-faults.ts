// F3, F4, F5, F6, F10, F26, F27, F28, I16: what can happen to the API server, and to what it says.

import { installAdmissionFloor, installOperator } from '../../../src/compose/up/install.ts';
import { webhookConfiguration } from '../../../src/compose/cluster-objects.ts';
import { apply } from '../../../src/kube/apply.ts';
import { systemClock } from '../../../src/process/system-clock.ts';
import type { Verdict } from '../proxy/director.ts';
import { syntheticAnswer } from '../proxy/synthetic-answer.ts';
import { SESSIONS_PATH } from '../rig/api.ts';
import { pause } from '../rig/world.ts';
import type { CatalogueFault, Disturbance } from './disturbance.ts';

const OUTAGE_MS = 5_000;
const STORM_MS = 4_000;
const SILENCE_MS = 70_000;
/** F4: requests of the controller per second and session, beside watches, leases and what was under way. */
const MOST_PER_SECOND = 2;
const SESSIONS = 3;
const WATCH = 'watch=1';
const isKubeEffect = ({
  api,
  program,
  n,
}: {
  readonly api: string;
  readonly program: string;
  readonly n: number;
}): boolean => api === 'kube' && program === 'controller' && n > 0;

const f3: CatalogueFault = {
  id: 'F3',
  what: 'the API server is killed and comes back after 5 s',
  seconds: 12,
  async run({ world, note }) {
    note('API server and etcd are killed');
    await world.lane.cluster.kill();
    await pause(OUTAGE_MS);
    await world.lane.cluster.start();
    note('the API server is back');
  },
};

const f4: CatalogueFault = {
  id: 'F4',
  what: 'the API server answers everything with 429 and Retry-After, 503, or a broken connection',
  seconds: 6,
  async run(disturbance) {
    const { world, note, violate, interference } = disturbance;
    const code = [429, 503, 0][world.seed % 3] ?? 0;
    note(`the API server answers ${code === 0 ? 'with broken connections' : code}`);
    let requests = 0;
    const verdict: Verdict = code === 0 ? { act: 'lost' } : { act: 'answer', code };
    interference.mutation = (effect) => {
      if (effect.api !== 'kube' || effect.program !== 'controller') return null;
      if (effect.n > 0) requests += 1;
      return verdict;
    };
    interference.reads = (program, side) => {
      if (side !== 'kube' || program !== 'controller') return null;
      return {
        answer(path, response) {
          if (!path.includes(WATCH)) requests += 1;
          if (code === 0) response.destroy();
          else {
            const { status, headers, body } = syntheticAnswer('kube', code);
            response.writeHead(status, headers).end(body);
          }
          return true;
        },
      };
    };
    world.lane.proxies.controllerKube.cutStreams();
    await pause(STORM_MS);
    clear(disturbance);
    const most = SESSIONS * MOST_PER_SECOND * (STORM_MS / 1_000) + 6 * (STORM_MS / 1_000); // lists of three caches, and the node
    if (requests > most)
      violate(`I10 ${requests} requests to an API server that was away for ${STORM_MS} ms, not ${most}`);
  },
};

const f5: CatalogueFault = {
  id: 'F5',
  what: 'a storm of conflicts: of four writes of a kind the first one to four get 409',
  seconds: 5,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    const refused = 1 + (world.seed % 4);
    const counts = new Map<string, number>();
    interference.mutation = (effect) => {
      if (!isKubeEffect(effect)) return null;
      const key = `${effect.kind} ${effect.session}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > refused) return null;
      note(`409 number ${count} for ${key}`);
      return { act: 'answer', code: 409 };
    };
    await world.create('s4');
    await world.until('s4', 'Running');
    await world.delete('s4');
    await world.untilGone('s4');
    clear(disturbance);
  },
};

const f6: CatalogueFault = {
  id: 'F6',
  what: '410 on a held watch and on the watch that follows; a session is deleted meanwhile',
  seconds: 4,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    let expired = 0;
    const expire = `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410, message: 'too old resource version' } })}\n`;
    interference.reads = (program, side) => {
      if (side !== 'kube' || program !== 'controller' || expired >= 3) return null;
      return {
        answer(path, response) {
          if (!path.includes(WATCH) || !path.includes('mcpsessions')) return false;
          expired += 1;
          note('410 on a watch');
          response.writeHead(200, { 'content-type': 'application/json' }).end(expire);
          return true;
        },
      };
    };
    await world.create('s4');
    await world.until('s4', 'Running');
    world.lane.proxies.controllerKube.cutStreams();
    await world.delete('s4');
    await world.untilGone('s4');
    clear(disturbance);
  },
};

const f10: CatalogueFault = {
  id: 'F10',
  what: 'every watch is half-open for 70 s: no data, no end; what happens meanwhile is noticed within 60 s',
  seconds: 80,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    note('watches go silent');
    const untilMs = performance.now() + SILENCE_MS;
    interference.reads = (program, side) => {
      if (side !== 'kube' || program !== 'controller') return null;
      return {
        relay(path, answer, response) {
          if (!path.includes(WATCH)) return false;
          answer.on('data', (chunk: Buffer) => void (performance.now() < untilMs || response.write(chunk)));
          answer.on('end', () => void (performance.now() < untilMs || response.end()));
          answer.on('error', () => {}); // cut by us
          return true;
        },
      };
    };
    world.lane.proxies.controllerKube.cutStreams(); // the ones that open now are the silent ones
    await pause(500);
    await world.delete('s2');
    await world.untilGone('s2');
    clear(disturbance);
  },
};

const f26: CatalogueFault = {
  id: 'F26',
  what: 'the webhook is down while a session is deleted: finalizers come off all the same',
  seconds: 4,
  async run({ world, note, later }) {
    const { cluster } = world.lane;
    const { signal } = new AbortController();
    await world.create('s4');
    await world.until('s4', 'Running');
    note('the webhook is configured, and nobody listens there');
    const [
      {
        metadata: { name },
      },
      dead,
    ] = [webhookConfiguration({ url: 'https://127.0.0.1:1', caPem: cluster.api.ca }), cluster.admin];
    await apply(dead, webhookConfiguration({ url: 'https://127.0.0.1:1', caPem: cluster.api.ca }), signal);
    later(async () => {
      await cluster.api.call('DELETE', `/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/${name}`);
    });
    await pause(1_500); // the API server takes a configuration in within a second
    await world.delete('s4');
    await world.untilGone('s4');
  },
};

const f27: CatalogueFault = {
  id: 'F27',
  what: 'the API server does not know the kind for 6 s: 404 for everything about sessions',
  seconds: 8,
  async run(disturbance) {
    const { world, interference, note } = disturbance;
    note('the kind is unknown');
    const text = '404 page not found\n';
    interference.mutation = (effect) =>
      effect.api === 'kube' && effect.path.includes('mcpsessions') ? { act: 'answer', code: 404 } : null;
    interference.reads = (_program, side) => ({
      answer(path, response) {
        if (side !== 'kube' || !path.includes('mcpsessions')) return false;
        response.writeHead(404, { 'content-type': 'text/plain' }).end(text);
        return true;
      },
    });
    for (const each of [world.lane.proxies.controllerKube, world.lane.proxies.placementKube]) each.cutStreams();
    await pause(6_000);
    clear(disturbance);
  },
};

const BINDING = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/mcpsession-controller';

const f28: CatalogueFault = {
  id: 'F28',
  what: 'the rights of the controller are taken away for 6 s',
  seconds: 9,
  async run({ world, note, later }) {
    const { cluster } = world.lane;
    const restore = (): Promise<void> =>
      installOperator({ client: cluster.admin, clientNamespace: 'default' }, systemClock, new AbortController().signal);
    later(restore);
    await cluster.api.must('DELETE', BINDING);
    note('the controller has no rights');
    await pause(6_000);
    await restore();
    note('the controller has its rights again');
  },
};

const STATUS_BINDING =
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/mcpsession-session-status';
const FLOOR_GONE_MS = 1_500;

const i16: CatalogueFault = {
  id: 'I16',
  what: 'every field of a status is forged: nothing outside the object may change',
  seconds: 4,
  async run({ world, note, later }) {
    const { cluster, sentinels, nodeName } = world.lane;
    const [sentinel = ''] = sentinels.ids;
    const session = world.session('s1');
    if (session === null) return;
    note('the status of s1 is forged');
    const forged = {
      ...session,
      status: {
        ...session.status,
        observedGeneration: 99,
        container: {
          id: sentinel,
          shortId: sentinel.slice(0, 12),
          imageDigest: 'x',
          runtime: 'runc',
          startedAt: '2001-01-01T00:00:00Z',
          commands: 'EngineExec',
        },
        restartCount: 7,
        exitCode: 0,
        finishedAt: '2001-01-01T00:00:00Z',
        grantedExpiry: '2001-01-01T00:00:00Z',
      },
    };
    // The floor of admission would not let it happen: what is tested is what comes of it all the same.
    later(() => installAdmissionFloor(cluster.admin, nodeName, new AbortController().signal));
    await cluster.api.must('DELETE', STATUS_BINDING);
    await pause(FLOOR_GONE_MS);
    await cluster.api.must('PUT', `${SESSIONS_PATH}/${session.metadata.name}/status`, forged);
    await pause(1_000);
  },
};

function clear({ interference, note }: Disturbance): void {
  delete interference.mutation;
  delete interference.reads;
  note('the fault ends');
}

export const API_FAULTS: readonly CatalogueFault[] = [f3, f4, f5, f6, f10, f26, f27, f28, i16];
