// Brings the session init to the engine without a host path (design.md 9): the program becomes a small image, the engine copies
// that into a new volume, and a short-lived container proves that the program runs from there. Works with any engine that we can reach, since
// everything goes through its API. One volume per version of the program; old ones are collected when nothing uses them.

import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

import { z } from 'zod';

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import { sha256Hex } from '../lib/sha256.ts';
import { SESSION_INIT_DIRECTORY, SESSION_INIT_PROGRAM, sessionInitVolumeOf } from '../model/container.ts';
import { GROUP } from '../model/names.ts';
import type { Log } from '../ports/log.ts';
import { orAborted } from '../process/deadline.ts';
import type { EngineClient } from './engine-client.ts';
import { INIT_REPOSITORY } from './engine-calls.ts';
import type { Home } from './identity-labels.ts';
import { parseAnswer } from './parse-answer.ts';
import { tarArchive } from './tar-archive.ts';

/** Marks our volumes; an engine that made a volume of the same name by itself, empty, did not write it. */
const VOLUME_LABEL = `${GROUP}/init`;
/** Marks the containers that fill and prove a volume (workspaces.ts too), with the cluster and node that made them. */
export const DELIVERY_LABEL = `${GROUP}/init-delivery`;
/** A younger volume may be one that another controller has just made and not used yet. */
const COLLECT_AFTER_MS = 3_600_000;
/** A burst of sessions looks once. */
const LOOK_AGAIN_AFTER_MS = 5_000;
const PROVED_WITHIN_MS = 15_000;
const PROOF_MEMORY_BYTES = 64 * 1_048_576;
const BETWEEN_LOOKS_MS = 20;

export interface InitDeliveryParts {
  readonly client: EngineClient;
  readonly home: Home;
  readonly log: Log;
  /** The program for the engine's architecture; null: this installation has none. */
  readonly programFile: string | null;
}

export interface InitDelivery {
  /** Name of the volume with the session init; made, filled and proved at first. Rejects with `unsupported`, `unavailable` and engine faults. */
  volume(signal: AbortSignal): Promise<string>;
}

interface Program {
  readonly bytes: Buffer;
  readonly volume: string;
  /** Of the image; also the value of the volume's label. */
  readonly tag: string;
}

export function createInitDelivery(parts: InitDeliveryParts): InitDelivery {
  let program: Program | null = null;
  /** When the volume was last seen, by this process that saw the program run from it. */
  let seenMs = Number.NEGATIVE_INFINITY;
  let delivering: Promise<void> | null = null;
  return {
    async volume(signal) {
      program ??= await readProgram(parts.programFile);
      const wanted = program;
      const ageMs = performance.now() - seenMs;
      if (ageMs < LOOK_AGAIN_AFTER_MS) return wanted.volume;
      if (Number.isFinite(ageMs) && (await isOurs(parts.client, wanted, signal))) {
        seenMs = performance.now();
        return wanted.volume;
      }
      // Shared by all sessions that wait for it, so not bound to the signal of one; every call in it has its own deadline.
      delivering ??= deliver(parts, wanted, new AbortController().signal).finally(() => {
        delivering = null;
      });
      await orAborted(delivering, signal); // the delivery goes on for the others
      seenMs = performance.now();
      return wanted.volume;
    },
  };
}

async function readProgram(file: string | null): Promise<Program> {
  const bytes = file === null ? null : await readFile(file).catch(() => null);
  if (bytes === null) {
    throw new OperatorError(
      'unsupported',
      `this installation has no session init${file === null ? '' : ` at ${file}`}; build it with \`make init\`, or use spec.sessionInit Disabled`,
    );
  }
  const hash = sha256Hex(bytes);
  return { bytes, volume: sessionInitVolumeOf(hash), tag: hash.slice(0, 16) };
}

async function deliver(parts: InitDeliveryParts, program: Program, signal: AbortSignal): Promise<void> {
  const { client, log } = parts;
  const startedMs = performance.now();
  await removeLeftovers(parts, signal);
  await ensureImage(client, program, signal);
  const isNew = await ensureVolume(client, program, signal);
  // The engine keeps what a container uses.
  const forget = (): Promise<void> => removeVolume(client, program.volume, signal).catch(() => {}); // the first fault is the one to tell
  const problem = await prove(parts, program, signal).catch(async (thrown: unknown) => {
    // A new one may be empty. One that was there is shared by every controller of the engine, and a proof that did not come about
    // says nothing against it: the next session of another one would find it gone, and end for good.
    if (isNew) await forget();
    throw thrown;
  });
  if (problem !== null) {
    await forget(); // filled only in part, it would stay so for ever
    throw new OperatorError('unavailable', `the session init does not run on this engine: ${problem}`);
  }
  log.info('session init delivered', { volume: program.volume, ms: Math.round(performance.now() - startedMs) });
  await collectOld(parts, program, signal).catch((thrown: unknown) => {
    log.warn('old session inits not collected', { error: asOperatorError(thrown).message });
  });
}

const volumeSchema = z.looseObject({
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  CreatedAt: z.string().nullish(),
});

async function isOurs(client: EngineClient, { volume, tag }: Program, signal: AbortSignal): Promise<boolean> {
  const answer = await client.call('volumeInspect', { target: volume }, signal).catch(nullIfAbsent);
  if (answer === null) return false;
  return parseAnswer({ schema: volumeSchema, answer, about: 'a volume' }).Labels?.[VOLUME_LABEL] === tag;
}

async function ensureImage(client: EngineClient, { bytes, tag }: Program, signal: AbortSignal): Promise<void> {
  const known = await client.call('imageInspect', { target: `${INIT_REPOSITORY}:${tag}` }, signal).catch(nullIfAbsent);
  if (known !== null) return;
  const path = SESSION_INIT_PROGRAM.slice(1);
  const tar = tarArchive([
    { kind: 'directory', path: `${SESSION_INIT_DIRECTORY.slice(1)}/`, mode: 0o755 },
    { kind: 'file', path, mode: 0o555, content: bytes },
  ]);
  await client.call('imageImport', { query: { fromSrc: '-', repo: INIT_REPOSITORY, tag }, tar }, signal);
}

/** A new one is filled by the engine when the first container is created with it. Resolves with whether it is new. */
async function ensureVolume(client: EngineClient, program: Program, signal: AbortSignal): Promise<boolean> {
  if (await isOurs(client, program, signal)) return false;
  await removeVolume(client, program.volume, signal); // made by the engine for a container that came too early, and empty
  const body = { Name: program.volume, Driver: 'local', Labels: { [VOLUME_LABEL]: program.tag } };
  await client.call('volumeCreate', { body }, signal);
  return true;
}

const createdSchema = z.looseObject({ Id: z.string() });
const stateSchema = z.looseObject({
  State: z.looseObject({ Status: z.string(), ExitCode: z.number(), Error: z.string().nullish() }),
});

/**
 * Creating the container fills an empty volume; running it shows that what is in there is whole, and fits this machine. Resolves with what
 * speaks against it, null for nothing; rejects when the engine did not carry out the proof.
 */
async function prove(
  { client, home }: InitDeliveryParts,
  program: Program,
  signal: AbortSignal,
): Promise<string | null> {
  const name = `${program.volume}-${randomBytes(6).toString('hex')}`;
  const body = proofBody(program, home);
  const answer = await client.call('containerCreate', { query: { name }, body }, signal);
  const { Id } = parseAnswer({ schema: createdSchema, answer, about: 'a new container' });
  try {
    await client.call('containerStart', { target: Id }, signal);
    const exitCode = await exitCodeOf(client, Id, signal);
    return exitCode === 0 ? null : `exit code ${exitCode}`;
  } catch (thrown) {
    const { kind, message } = asOperatorError(thrown);
    if (kind !== 'invalid') throw thrown;
    return message;
  } finally {
    await client.call('containerRemove', { target: Id, query: { force: '1', v: '1' } }, signal).catch(nullIfAbsent);
  }
}

async function exitCodeOf(client: EngineClient, target: string, signal: AbortSignal): Promise<number> {
  const endMs = performance.now() + PROVED_WITHIN_MS;
  while (performance.now() < endMs) {
    const answer = await client.call('containerInspect', { target }, signal);
    const { State } = parseAnswer({ schema: stateSchema, answer, about: 'a container' });
    if (State.Status === 'exited' || State.Status === 'dead') return State.ExitCode;
    await sleep(BETWEEN_LOOKS_MS, undefined, { signal });
  }
  throw new OperatorError('unavailable', `the session init did not end within ${PROVED_WITHIN_MS} ms`);
}

function proofBody({ tag, volume }: Program, home: Home): Readonly<Record<string, unknown>> {
  return {
    Image: `${INIT_REPOSITORY}:${tag}`,
    Entrypoint: [SESSION_INIT_PROGRAM],
    Cmd: ['version'],
    User: '65534:65534',
    Labels: { [DELIVERY_LABEL]: deliveryOf(home) },
    HostConfig: {
      Mounts: [{ Type: 'volume', Source: volume, Target: SESSION_INIT_DIRECTORY, ReadOnly: true }],
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      NetworkMode: 'none',
      IpcMode: 'private',
      CgroupnsMode: 'private', // cgroup v1 would share the node's
      Memory: PROOF_MEMORY_BYTES,
      MemorySwap: PROOF_MEMORY_BYTES,
      NanoCpus: 1_000_000_000,
      CpuShares: 256,
      PidsLimit: 16,
      Ulimits: [
        { Name: 'core', Soft: 0, Hard: 0 },
        { Name: 'cpu', Soft: 60, Hard: 60 },
        { Name: 'nofile', Soft: 1024, Hard: 1024 },
      ],
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    },
  };
}

export const deliveryOf = ({ cluster, nodeName }: Home): string => `${cluster}/${nodeName}`;

const containersSchema = z.array(
  z.looseObject({ Id: z.string(), Created: z.number(), Labels: z.record(z.string(), z.string()) }),
);

/** Of a controller that was killed while it delivered: of this node at once, of others when it must be long over. */
async function removeLeftovers({ client, home }: InitDeliveryParts, signal: AbortSignal): Promise<void> {
  const oldestMs = Date.now() - COLLECT_AFTER_MS;
  const filters = JSON.stringify({ label: [DELIVERY_LABEL] });
  const answer = await client.call('containerList', { query: { all: '1', filters } }, signal);
  const all = parseAnswer({ schema: containersSchema, answer, about: 'all containers' });
  const over = all.filter(
    ({ Created, Labels }) => Labels[DELIVERY_LABEL] === deliveryOf(home) || Created * 1000 < oldestMs,
  );
  for (const { Id } of over) {
    await client.call('containerRemove', { target: Id, query: { force: '1', v: '1' } }, signal).catch(nullIfAbsent);
  }
}

const volumesSchema = z.looseObject({ Volumes: z.array(volumeSchema).nullish() });
const imagesSchema = z.array(z.looseObject({ RepoTags: z.array(z.string()).nullish(), Created: z.number() }));

/** The engine itself refuses to remove what a container uses. */
async function collectOld({ client }: InitDeliveryParts, program: Program, signal: AbortSignal): Promise<void> {
  const oldestMs = Date.now() - COLLECT_AFTER_MS;
  const byLabel = JSON.stringify({ label: [VOLUME_LABEL] });
  const volumes = await client.call('volumeList', { query: { filters: byLabel } }, signal);
  for (const volume of parseAnswer({ schema: volumesSchema, answer: volumes, about: 'all volumes' }).Volumes ?? []) {
    const createdMs = Date.parse(volume.CreatedAt ?? '');
    if (volume.Name !== program.volume && createdMs < oldestMs) await removeVolume(client, volume.Name, signal);
  }
  const byName = JSON.stringify({ reference: [INIT_REPOSITORY] });
  const images = await client.call('imageList', { query: { filters: byName } }, signal);
  for (const { RepoTags, Created } of parseAnswer({ schema: imagesSchema, answer: images, about: 'all images' })) {
    const old = (RepoTags ?? []).filter((name) => name !== `${INIT_REPOSITORY}:${program.tag}`);
    if (Created * 1000 >= oldestMs) continue;
    for (const target of old) await client.call('imageRemove', { target }, signal).catch(nullIfAbsent);
  }
}

/** Success also when it is gone, or in use and so to stay. */
async function removeVolume(client: EngineClient, target: string, signal: AbortSignal): Promise<void> {
  await client.call('volumeRemove', { target }, signal).catch(nullIfAbsent);
}

function nullIfAbsent(thrown: unknown): null {
  if (isFault(thrown, 'not-found') || isFault(thrown, 'conflict')) return null;
  throw thrown;
}
