// Things that stand around on the engine and are none of the operator's business: whatever happens, none of them may change.

import { randomUUID } from 'node:crypto';
import type { Engine } from './engine.ts';

export interface Sentinels {
  /** Ids of the containers. */
  readonly ids: ReadonlySet<string>;
  /** What has changed since they were made, in words. */
  changes(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** Found by the next run when this one is killed. */
export const SENTINEL_PREFIX = 'faults-sentinel-';
const IMAGE = 'mcps.local/busybox:1';

/** One container without labels, one with the labels of a session under another name, one with the name of a session, one volume. */
export async function placeSentinels(
  engine: Engine,
  lane: { readonly run: string; readonly cluster: string; readonly nodeName: string },
): Promise<Sentinels> {
  const { run, cluster, nodeName } = lane;
  const spoofed = {
    'mcpsession.dev/cluster': cluster,
    'mcpsession.dev/node': nodeName,
    'mcpsession.dev/uid': randomUUID(),
    'mcpsession.dev/namespace': 'faults',
    'mcpsession.dev/name': 'spoofed',
    'mcpsession.dev/instance-generation': '1',
    'mcpsession.dev/attempt': '0',
    'mcpsession.dev/spec-hash': 'f'.repeat(64),
  };
  const label = { 'mcpsession-faults': run };
  const containers = [
    { name: `${SENTINEL_PREFIX}${run}-plain`, labels: {} },
    { name: `${SENTINEL_PREFIX}${run}-spoofed`, labels: { ...spoofed, ...label } },
    { name: `mcps-${randomUUID()}`, labels: label },
  ];
  const made: Made[] = [];
  for (const { name, labels } of containers) made.push(await runContainer(engine, name, labels));
  const volume = `${SENTINEL_PREFIX}${run}`;
  await engine.call('POST', '/volumes/create', { Name: volume, Labels: label });
  return {
    ids: new Set(made.map(({ id }) => id)),
    async changes() {
      const found = await Promise.all(made.map((each) => changeOf(engine, each)));
      const { code } = await engine.call('GET', `/volumes/${volume}`);
      return [...found.filter((change) => change !== null), ...(code === 200 ? [] : [`volume ${volume} is gone`])];
    },
    async remove() {
      for (const { id } of made) await engine.remove(id);
      await engine.call('DELETE', `/volumes/${volume}`);
    },
  };
}

interface Made {
  readonly id: string;
  readonly name: string;
  readonly startedAt: string;
}

async function runContainer(engine: Engine, name: string, labels: Readonly<Record<string, string>>): Promise<Made> {
  const body = {
    Image: IMAGE,
    Cmd: ['/bin/sleep', '86400'],
    Labels: labels,
    User: '1001:1001',
    NetworkDisabled: true,
    HostConfig: { NetworkMode: 'none', ReadonlyRootfs: true, CapDrop: ['ALL'], Memory: 16 * 1_048_576 },
  };
  const created = await engine.call('POST', `/containers/create?name=${name}`, body);
  if (created.code !== 201) throw new Error(`harness: sentinel ${name} not created: ${JSON.stringify(created.body)}`);
  const { Id: id } = created.body as { readonly Id: string }; // the engine's documented answer
  await engine.call('POST', `/containers/${id}/start`);
  const found = await engine.inspect(id);
  return { id, name, startedAt: found?.State.StartedAt ?? '' };
}

async function changeOf(engine: Engine, { id, name, startedAt }: Made): Promise<string | null> {
  const found = await engine.inspect(id);
  if (found === null) return `sentinel ${name} is gone`;
  const { State, Name, RestartCount } = found;
  const same = State.Running && State.StartedAt === startedAt && Name === `/${name}` && RestartCount === 0;
  return same ? null : `sentinel ${name} has changed: ${State.Status} since ${State.StartedAt}, named ${Name}`;
}
