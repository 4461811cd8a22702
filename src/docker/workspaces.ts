// A volume for each session whose workspace is on disk (design.md 8.13, docs/workspaces.md). An empty volume belongs to root, and nothing
// of a session runs as root: so the engine itself makes the directory the session's, by filling the volume from an image that holds
// nothing but that directory. The container of that filling is created and removed, and never
// started; one that a kill left behind goes with those of the session init, which have the same label.

import { z } from 'zod';

import { isFault, OperatorError } from '../lib/errors.ts';
import { WORKSPACE_DIRECTORY } from '../model/container.ts';
import type { ObservedWorkspace, WorkspaceSpec } from '../model/attachments.ts';
import { attachmentFilters, attachmentIdentity, attachmentLabels } from './attachment-labels.ts';
import { GROUP } from '../model/names.ts';
import type { EngineClient } from './engine-client.ts';
import { INIT_REPOSITORY } from './engine-calls.ts';
import type { Home } from './identity-labels.ts';
import { DELIVERY_LABEL, deliveryOf } from './init-delivery.ts';
import { parseAnswer } from './parse-answer.ts';
import { tarArchive } from './tar-archive.ts';

/** On volumes that outlive their containers. */
const PERSISTENT_LABEL = `${GROUP}/persistent`;
/** As a workspace in memory has it. */
const DIRECTORY_MODE = 0o770;
const FILLER_MEMORY_BYTES = 16 * 1_048_576;

export interface Workspaces {
  /** Of one session: none or one. */
  of(uid: string, signal: AbortSignal): Promise<readonly ObservedWorkspace[]>;
  list(signal: AbortSignal): Promise<readonly ObservedWorkspace[]>;
  /**
   * Makes the volume where it is missing, and makes its directory the session's. What an earlier container left in it stays. Can be repeated.
   * Rejects with `already-exists` for a volume of that name that is not this session's.
   */
  prepare(spec: WorkspaceSpec, signal: AbortSignal): Promise<ObservedWorkspace>;
  /** Success also when it is gone; rejects with `conflict` while a container uses it, and with `forbidden` for one that is not ours. */
  remove(name: string, signal: AbortSignal): Promise<void>;
}

interface Parts {
  readonly client: EngineClient;
  readonly home: Home;
}

export function createWorkspaces(parts: Parts): Workspaces {
  const list = async (uid: string | null, signal: AbortSignal): Promise<readonly ObservedWorkspace[]> => {
    const query = { filters: attachmentFilters(parts.home, uid) };
    const answer = await parts.client.call('volumeList', { query }, signal);
    const found = parseAnswer({ schema: volumesSchema, answer, about: 'all volumes' }).Volumes ?? [];
    return found.flatMap((each) => observed(each, parts.home) ?? []);
  };
  return {
    of: list,
    list: (signal) => list(null, signal),
    async prepare(spec, signal) {
      const made = await createVolume(parts, spec, signal);
      await fill(parts, spec, signal);
      return made;
    },
    remove: (name, signal) => remove(parts, name, signal),
  };
}

/** The engine answers with the volume that has the name, whoever made it. */
async function createVolume({ client, home }: Parts, spec: WorkspaceSpec, signal: AbortSignal) {
  const { name, driver, sizeBytes, identity } = spec;
  const labels = { ...attachmentLabels(identity), ...(spec.persistent ? { [PERSISTENT_LABEL]: 'true' } : {}) };
  const options = sizeBytes === null ? {} : { DriverOpts: { size: String(sizeBytes) } };
  const body = { Name: name, Driver: driver, ...options, Labels: labels };
  const answer = await client.call('volumeCreate', { body }, signal);
  const found = observed(parseAnswer({ schema: volumeSchema, answer, about: 'a volume' }), home);
  if (found?.identity.uid === identity.uid) return found;
  throw new OperatorError('already-exists', `volume ${name} has the name of this session but not its labels`);
}

async function fill(parts: Parts, spec: WorkspaceSpec, signal: AbortSignal): Promise<void> {
  const { client, home } = parts;
  const image = await ownerImage(client, spec, signal);
  const name = fillerNameOf(spec.name);
  const body = fillerBody({ image, volume: spec.name, home });
  const create = () => client.call('containerCreate', { query: { name }, body }, signal);
  const answer = await create().catch(async (thrown: unknown) => {
    if (!isFault(thrown, 'already-exists')) throw thrown;
    await removeFiller(parts, spec.name, signal); // of a controller that was killed between the two
    return create();
  });
  const { Id } = parseAnswer({ schema: createdSchema, answer, about: 'a new container' });
  await client.call('containerRemove', { target: Id, query: { force: '1', v: '1' } }, signal).catch(nullIfAbsent);
}

/** Named by the owner: made once for each, and collected with the old images of the session init. */
async function ownerImage(client: EngineClient, { uid, gid }: WorkspaceSpec, signal: AbortSignal): Promise<string> {
  const tag = `owner-${uid}-${gid}`;
  const image = `${INIT_REPOSITORY}:${tag}`;
  if ((await client.call('imageInspect', { target: image }, signal).catch(nullIfAbsent)) !== null) return image;
  const path = `${WORKSPACE_DIRECTORY.slice(1)}/`;
  const tar = tarArchive([{ kind: 'directory', path, mode: DIRECTORY_MODE, owner: uid, group: gid }]);
  await client.call('imageImport', { query: { fromSrc: '-', repo: INIT_REPOSITORY, tag }, tar }, signal);
  return image;
}

const fillerNameOf = (volume: string): string => `${volume}-workspace`;

interface Filler {
  readonly image: string;
  readonly volume: string;
  readonly home: Home;
}

/** As locked down as one that runs, though it never does. */
function fillerBody({ image, volume, home }: Filler): Readonly<Record<string, unknown>> {
  return {
    Image: image,
    Entrypoint: ['/nothing'],
    Cmd: [],
    User: '65534:65534',
    Labels: { [DELIVERY_LABEL]: deliveryOf(home) },
    HostConfig: {
      // Filled from the image as it is created: without the option NoCopy, unlike a session's own mount.
      Mounts: [{ Type: 'volume', Source: volume, Target: WORKSPACE_DIRECTORY, ReadOnly: false }],
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      NetworkMode: 'none',
      IpcMode: 'private',
      CgroupnsMode: 'private',
      Memory: FILLER_MEMORY_BYTES,
      MemorySwap: FILLER_MEMORY_BYTES,
      NanoCpus: 1_000_000_000,
      CpuShares: 256,
      PidsLimit: 1,
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'cpu', Soft: 1, Hard: 1 },
        { Name: 'nofile', Soft: 64, Hard: 64 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    },
  };
}

const createdSchema = z.looseObject({ Id: z.string() });
const fillerSchema = z.looseObject({
  Id: z.string(),
  Config: z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() }),
});

async function removeFiller({ client, home }: Parts, volume: string, signal: AbortSignal): Promise<void> {
  const answer = await client.call('containerInspect', { target: fillerNameOf(volume) }, signal).catch(nullIfAbsent);
  if (answer === null) return;
  const { Id, Config } = parseAnswer({ schema: fillerSchema, answer, about: 'a container' });
  if (Config.Labels?.[DELIVERY_LABEL] !== deliveryOf(home)) return; // its name is taken: the create says so
  await client.call('containerRemove', { target: Id, query: { force: '1', v: '1' } }, signal).catch(nullIfAbsent);
}

async function remove(parts: Parts, name: string, signal: AbortSignal): Promise<void> {
  const { client, home } = parts;
  const answer = await client.call('volumeInspect', { target: name }, signal).catch(nullIfAbsent);
  if (answer === null) return;
  if (observed(parseAnswer({ schema: volumeSchema, answer, about: 'a volume' }), home) === null) {
    throw new OperatorError(
      'forbidden',
      `refused to remove volume ${name}: it lacks the labels of this cluster and node`,
    );
  }
  const removeIt = () => client.call('volumeRemove', { target: name }, signal).catch(nullIfAbsent);
  await removeIt().catch(async (thrown: unknown) => {
    if (!isFault(thrown, 'conflict')) throw thrown;
    await removeFiller(parts, name, signal);
    await removeIt();
  });
}

const volumeSchema = z.looseObject({
  Name: z.string(),
  Driver: z.string(),
  Options: z.record(z.string(), z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
});
const volumesSchema = z.looseObject({ Volumes: z.array(volumeSchema).nullish() });

function observed(
  { Name, Driver, Options, Labels }: z.output<typeof volumeSchema>,
  home: Home,
): ObservedWorkspace | null {
  const identity = attachmentIdentity(Labels, home);
  if (identity === null) return null;
  const { size, ...others } = Options ?? {};
  const sizeBytes = size === undefined ? null : Number(size);
  const persistent = Labels?.[PERSISTENT_LABEL] === 'true';
  return { name: Name, identity, persistent, driver: Driver, sizeBytes, differences: Object.keys(others).sort() };
}

function nullIfAbsent(thrown: unknown): null {
  if (isFault(thrown, 'not-found')) return null;
  throw thrown;
}
