// Everything one worker needs to run plans, one after the other: a cluster, the engine, proxies, programs, sentinels, an observer.

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { sessionInitFile } from '../../../src/compose/up/paths.ts';
import { COMPILE_CACHE_DIR } from '../bundle.ts';
import type { StartOrder } from '../process/orders.ts';
import type { Director, ProgramName } from '../proxy/director.ts';
import type { Api as Side } from '../proxy/effects.ts';
import { type FaultProxy, type ReadHook, startFaultProxy } from '../proxy/fault-proxy.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { type Engine, openEngine } from './engine.ts';
import { removeAllOf } from './remove.ts';
import { type Observer, startObserver } from './observer.ts';
import { Program } from './program.ts';
import { placeSentinels, type Sentinels } from './sentinels.ts';

/** What a plan plugs into the lane while it runs. */
export interface PlanHooks {
  readonly director: Director;
  readonly reads: (program: ProgramName, side: Side) => ReadHook;
  readonly onLine: (program: ProgramName, line: string) => void;
  readonly onUnasked: (program: 'controller' | 'placement', why: string) => void;
}

export interface Lane {
  readonly dir: string;
  readonly nodeName: string;
  readonly clusterName: string;
  readonly cluster: Cluster;
  readonly engine: Engine;
  readonly observer: Observer;
  readonly sentinels: Sentinels;
  readonly controller: Program;
  readonly placement: Program;
  /** The controller of a second node on the same engine; made when it is asked for. */
  readonly otherNode: () => Promise<OtherNode>;
  readonly proxies: Readonly<Record<'controllerKube' | 'controllerDocker' | 'placementKube', FaultProxy>>;
  readonly policyFile: string;
  /** How the controller is started from now on, beside what the lane itself says. */
  controllerStart: Partial<StartOrder>;
  hooks: PlanHooks | null;
  /** Sides that the programs cannot reach now, and how that shows. */
  readonly closed: Map<
    Side,
    { readonly how: 'silent' | 'refused'; readonly opened: Promise<void>; readonly open: () => void }
  >;
  writePolicy(text: string): Promise<void>;
  /** Runs the bundles of this directory from now on; call between plans. */
  use(programs: string): void;
  close(): Promise<void>;
}

/** Plenty of everything: the sweep is about faults, not about quotas. */
export const POLICY =
  'limits: {perNamespace: 200, perOwner: 200, perNode: 200, cpuRequest: 1m, memoryRequest: 1Mi}\nworkspace: {unboundedDisk: true}\n';

export interface OtherNode {
  readonly nodeName: string;
  readonly controller: Program;
}

const NO_READS: ReadHook = {};

export async function startLane(options: {
  /** Where the bundles are; see Lane.use. */
  readonly programs: string;
  /** Of this run of the harness, in the names of everything on the engine. */
  readonly run: string;
  readonly worker: number;
}): Promise<Lane> {
  const { run, worker } = options;
  let { programs } = options;
  const dir = await mkdtemp(join(tmpdir(), `mcpsession-faults-${process.pid}-`));
  const nodeName = `test-r${run}-faults-n${worker}`;
  const clusterName = `test-r${run}-faults-${process.pid}-${randomUUID()}`;
  const engine = openEngine();
  const policyFile = join(dir, 'policy.yaml');
  const writePolicy = (text: string): Promise<void> => writeFile(policyFile, text);
  await writePolicy(POLICY);
  const cluster = await startCluster(dir, nodeName);
  const sentinels = await placeSentinels(engine, {
    run: `${process.pid}-${run}-${worker}`,
    cluster: clusterName,
    nodeName,
  });
  const observer = await startObserver({ api: cluster.api, engine, cluster: clusterName, sentinels: sentinels.ids });
  const closed: Lane['closed'] = new Map();
  let lane: Lane | null = null;

  const proxy = (program: ProgramName, side: Side, socketPath?: string): Promise<FaultProxy> =>
    startFaultProxy(
      {
        program,
        api: side,
        upstream: side === 'kube' ? cluster.api : { socketPath: engine.socketPath },
        director: () => {
          if (lane?.hooks == null) throw new Error('harness: a request between two plans');
          return lane.hooks.director;
        },
        reads: () => lane?.hooks?.reads(program, side) ?? NO_READS,
        open: async () => {
          const shut = closed.get(side);
          if (shut?.how === 'silent') await shut.opened;
        },
        refused: () => closed.get(side)?.how === 'refused',
      },
      socketPath === undefined ? {} : { socketPath },
    );
  const dockerSocket = join(dir, 'engine.sock');
  const proxies = {
    controllerKube: await proxy('controller', 'kube'),
    controllerDocker: await proxy('controller', 'docker', dockerSocket),
    placementKube: await proxy('placement', 'kube'),
  };
  const logDir = join(dir, 'session-logs');
  await mkdir(logDir);
  const common = {
    order: 'start',
    dockerSocket,
    cluster: clusterName,
    nodeName,
    version: '0.0.0-faults',
    policyFile,
    logDir,
    stateDir: join(dir, 'controller-state'),
    sessionInitFile: sessionInitFile(),
    concurrency: 2 * cpus().length,
    intervals: {},
  } as const;
  const orderOf = async (name: 'controller' | 'placement', kube: FaultProxy): Promise<() => StartOrder> => {
    const kubeconfigPath = await cluster.kubeconfigFor(name, `http://127.0.0.1:${kube.port}`);
    return () => ({
      ...common,
      kubeconfigPath,
      identity: `${nodeName}-${name}`,
      ...(name === 'controller' ? lane?.controllerStart : {}),
    });
  };
  const programOf = async (name: 'controller' | 'placement', kube: FaultProxy): Promise<Program> =>
    new Program({
      name,
      programs: () => programs,
      compileCache: COMPILE_CACHE_DIR,
      order: await orderOf(name, kube),
      onLine: (line) => lane?.hooks?.onLine(name, line),
      onUnasked: (why) => lane?.hooks?.onUnasked(name, why),
    });
  const controller = await programOf('controller', proxies.controllerKube);
  const placement = await programOf('placement', proxies.placementKube);

  let other: Promise<OtherNode> | null = null;
  const openOther = async (): Promise<OtherNode> => {
    const otherName = `${nodeName}b`;
    const socketPath = join(dir, 'other.sock');
    const kube = await proxy('other', 'kube');
    const docker = await proxy('other', 'docker', socketPath);
    const kubeconfigPath = await cluster.kubeconfigForNode(otherName, `http://127.0.0.1:${kube.port}`);
    const place = { kubeconfigPath, nodeName: otherName, dockerSocket: socketPath, identity: otherName };
    const program = new Program({
      ...controller.options,
      order: () => ({ ...common, ...place, stateDir: join(dir, `${otherName}-state`) }),
      onLine: (line) => lane?.hooks?.onLine('other', line),
      onUnasked: () => program.restartAfter(1_000),
    });
    others.push(program);
    closers.push(async () => {
      program.close();
      await kube.close();
      await docker.close();
    });
    return { nodeName: otherName, controller: program };
  };
  const closers: (() => Promise<void>)[] = [];
  const others: Program[] = [];
  lane = {
    otherNode: () => (other ??= openOther()),
    ...{ dir, nodeName, clusterName, cluster, engine, observer, sentinels, controller, placement, proxies, policyFile },
    ...{ closed, writePolicy, controllerStart: {} },
    hooks: null,
    use(wanted) {
      if (wanted === programs) return;
      programs = wanted;
      for (const program of [controller, placement, ...others]) program.close();
    },
    async close() {
      controller.close();
      placement.close();
      for (const close of closers) await close();
      for (const each of Object.values(proxies)) await each.close();
      observer.close();
      await removeAllOf(engine, { clusterName, sentinels: new Set() });
      await sentinels.remove();
      await cluster.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return lane;
}
