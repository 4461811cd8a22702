// What a killed run of the harness left behind: everything of it names the process that made it, and is removed when that is gone.

import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, openEngine } from './engine.ts';
import { labelled } from './remove.ts';
import { SENTINEL_PREFIX } from './sentinels.ts';

const CLUSTER = 'mcpsession.dev/cluster';
const DELIVERY = 'mcpsession.dev/init-delivery';
const OWNER = /-faults-(\d+)-/;
const DIRECTORY = /^mcpsession-faults-(\d+)-/;

/** Resolves with what it removed, in words. */
export async function removeLeftovers(): Promise<readonly string[]> {
  const engine = openEngine();
  return [
    ...(await removeOldContainers(engine)),
    ...(await removeOldVolumes(engine)),
    ...(await removeOldTags(engine)),
    ...(await removeOldDirectories()),
  ];
}

async function removeOldContainers(engine: Engine): Promise<readonly string[]> {
  const found = [
    ...(await engine.list(CLUSTER)).map(({ Id, Labels }) => ({ Id, owner: OWNER.exec(Labels[CLUSTER] ?? '')?.[1] })),
    ...(await engine.list(DELIVERY)).map(({ Id, Labels }) => ({ Id, owner: OWNER.exec(Labels[DELIVERY] ?? '')?.[1] })),
    ...(await engine.list('mcpsession-faults')).map(({ Id, Labels }) => ({
      Id,
      owner: ownerOf(Labels['mcpsession-faults'] ?? ''),
    })),
    ...(await namedContainers(engine)),
  ];
  const old = found.filter(({ owner }) => owner !== undefined && !isHarness(owner)).map(({ Id }) => Id);
  for (const id of new Set(old)) await engine.remove(id);
  return old.map((id) => `container ${id.slice(0, 12)}`);
}

/** The one sentinel that has no label. */
async function namedContainers(engine: Engine) {
  const filters = encodeURIComponent(JSON.stringify({ name: [SENTINEL_PREFIX] }));
  const { body } = await engine.call('GET', `/containers/json?all=1&filters=${filters}`);
  const listed = body as readonly { readonly Id: string; readonly Names: readonly string[] }[]; // the engine's documented answer
  return listed.map(({ Id, Names }) => ({ Id, owner: ownerOf((Names[0] ?? '').replace(`/${SENTINEL_PREFIX}`, '')) }));
}

async function removeOldVolumes(engine: Engine): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: ['mcpsession-faults'] }));
  const { body } = await engine.call('GET', `/volumes?filters=${filters}`);
  const { Volumes } = body as {
    readonly Volumes: readonly { readonly Name: string; readonly Labels: Readonly<Record<string, string>> }[] | null;
  }; // the engine's documented answer
  const old = (Volumes ?? []).filter(({ Labels }) => {
    const owner = ownerOf(Labels['mcpsession-faults'] ?? '');
    return owner !== undefined && !isHarness(owner);
  });
  for (const { Name } of old) await engine.call('DELETE', `/volumes/${Name}`);
  return [...old.map(({ Name }) => `volume ${Name}`), ...(await removeOldParts(engine))];
}

/** Networks and workspaces of sessions. */
async function removeOldParts(engine: Engine): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const kind of ['networks', 'volumes'] as const) {
    for (const { address, name, labels } of await labelled(engine, kind)) {
      const owner = OWNER.exec(labels[CLUSTER] ?? '')?.[1];
      if (owner === undefined || isHarness(owner)) continue;
      await engine.call('DELETE', `/${kind}/${address}`);
      removed.push(`${kind.slice(0, -1)} ${name}`);
    }
  }
  return removed;
}

/** Names that W9 gives to the session image. */
async function removeOldTags(engine: Engine): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ reference: ['mcps.local/late-*'] }));
  const { body } = await engine.call('GET', `/images/json?filters=${filters}`);
  const listed = body as readonly { readonly RepoTags: readonly string[] | null }[]; // the engine's documented answer
  const old = listed
    .flatMap(({ RepoTags }) => RepoTags ?? [])
    .filter((tag) => {
      const owner = /^mcps\.local\/late-p(\d+)x/.exec(tag)?.[1];
      return owner !== undefined && !isHarness(owner);
    });
  for (const tag of old) await engine.call('DELETE', `/images/${tag}?noprune=1`);
  return old.map((tag) => `image ${tag}`);
}

async function removeOldDirectories(): Promise<readonly string[]> {
  const old = (await readdir(tmpdir())).filter((name) => {
    const owner = DIRECTORY.exec(name)?.[1];
    return owner !== undefined && !isHarness(owner);
  });
  for (const name of old) await rm(join(tmpdir(), name), { recursive: true, force: true });
  return old.map((name) => `directory ${name}`);
}

/** "<process>-<run>-<worker>...": see Lane. */
const ownerOf = (label: string): string | undefined => /^(\d+)-/.exec(label)?.[1];

/** A number is given to another program one day: the command line tells whether it is a worker of ours. */
function isHarness(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('test/faults/');
  } catch {
    return false;
  }
}
