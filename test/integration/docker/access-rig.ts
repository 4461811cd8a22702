// Containers on the real engine for tests of what happens inside them, with the session init or without it.

import { buildInit } from '../../../hack/init/build.ts';
import { createDockerEngine, type DockerEngine } from '../../../src/docker/engine.ts';
import { type ContainerSpec, SESSION_INIT_PROGRAM, sessionInitMount } from '../../../src/model/container.ts';
import type { Command, CommandState, CommandToStart, OutputPart } from '../../../src/ports/container-access.ts';
import {
  aSessionContainer,
  engineSocket,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
} from '../../support/docker.ts';

export type AccessWay = 'session-init' | 'engine-exec';

export const never = new AbortController().signal;

export interface AccessRig {
  readonly way: AccessWay;
  readonly cluster: string;
  readonly engine: DockerEngine;
  /** Another controller process for the same containers. */
  another(): DockerEngine;
  /** A container that runs and, with the session init, answers. */
  started(change?: Partial<ContainerSpec>): Promise<string>;
  created(change?: Partial<ContainerSpec>): Promise<string>;
  /** Command lines of all processes in the container, as the engine sees them from outside, without what belongs to the container itself. */
  strays(containerId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function createAccessRig(way: AccessWay, socketPath = engineSocket()): Promise<AccessRig> {
  const cluster = newClusterId();
  const nodeName = 'node-1';
  const { path } = await buildInit(() => {});
  const connect = (): DockerEngine => createDockerEngine({ socketPath, cluster, nodeName, sessionInitFile: path });
  const engine = connect();
  const engines = [engine];
  const base = way === 'session-init' ? withInit(await engine.sessionInitVolume(never)) : {};

  async function created(change: Partial<ContainerSpec> = {}): Promise<string> {
    const spec = await aSessionContainer({ cluster, nodeName, change: { ...base, ...change } });
    return (await engine.create(lockedDown(spec), never)).id;
  }

  return {
    way,
    cluster,
    engine,
    another: () => {
      const made = connect();
      engines.push(made);
      return made;
    },
    created,
    started: async (change) => {
      const id = await created(change);
      if (way === 'session-init') await engine.inits.open(id, never);
      await engine.start(id, never);
      if (way === 'session-init') await engine.inits.whenReady(id, never);
      return id;
    },
    strays: async (containerId) => {
      const top = (await rawDocker().getContainer(containerId).top()) as { Processes: string[][] }; // typed as any
      const lines = top.Processes.map((columns) => columns.at(-1) ?? '');
      return lines.filter((line) => !OWN.test(line));
    },
    close: async () => {
      for (const each of engines) await each.inits.closeAll();
      await removeAllOf(cluster);
    },
  };
}

const OWN = /docker-init|^sleep infinity$|<defunct>|\.mcpsession\/init|^\[/;

const withInit = (volume: string): Partial<ContainerSpec> => ({
  entrypoint: [SESSION_INIT_PROGRAM],
  command: ['run', '--root', '/workspace', '--spool-bytes', '8388608'],
  openStdin: true,
  init: false,
  logDriver: 'none',
  logOptions: {},
  mounts: [sessionInitMount(volume)],
});

let lastId = 0;

export const aCommand = (argv: readonly string[], change: Partial<CommandToStart> = {}): CommandToStart => {
  lastId += 1;
  return {
    execId: `exec-${process.pid}-${lastId}`,
    argv,
    env: [],
    cwd: null,
    user: '1001:1001',
    stdin: 'none',
    tty: null,
    timeoutMs: 20_000,
    keepBytes: 1_048_576,
    lossless: false,
    ...change,
  };
};

export interface Followed extends CommandState {
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
  readonly parts: readonly OutputPart[];
}

/** Everything from the start of both streams to the end. */
export async function followAll(command: Command, onText: (text: string) => void = () => {}): Promise<Followed> {
  const parts: OutputPart[] = [];
  const state = await command.follow(
    { stdout: 0, stderr: 0 },
    (part) => {
      parts.push({ ...part, bytes: Buffer.from(part.bytes) });
      onText(Buffer.from(part.bytes).toString());
    },
    never,
  );
  const bytesOf = (stream: string): Buffer =>
    Buffer.concat(parts.filter((part) => part.stream === stream).map(({ bytes }) => bytes));
  const bytes = bytesOf('stdout');
  return { ...state, bytes, stdout: bytes.toString(), stderr: bytesOf('stderr').toString(), parts };
}

/** As a shell would have it. */
export const codeOf = ({ exitCode, signal }: CommandState): number | null =>
  exitCode ?? (signal === null ? null : 128 + signal);
