// What we rely on in the engine's answer about a container: strict about types, open for fields that we do not know (those
// are looked at by name, see unmodelled.ts). Go writes null for an empty list or map, and leaves out what is empty.

import { z } from 'zod';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const map = <T extends z.ZodType>(item: T) =>
  z
    .record(z.string(), item)
    .nullish()
    .transform((value) => value ?? {});

const device = z.looseObject({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text });
const binding = z.looseObject({ HostIp: text, HostPort: text });

/** Open, because what a mount may hold beside these is looked at by name. */
export const mountSchema = z.looseObject({
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  BindOptions: z.looseObject({ Propagation: text, NonRecursive: flag }).nullish(),
  VolumeOptions: z.looseObject({ NoCopy: flag }).nullish(),
});

export const hostConfigSchema = z.looseObject({
  Privileged: flag,
  ReadonlyRootfs: flag,
  CapAdd: list(z.string()),
  CapDrop: list(z.string()),
  SecurityOpt: list(z.string()),
  MaskedPaths: list(z.string()),
  ReadonlyPaths: list(z.string()),
  NetworkMode: text,
  Dns: list(z.string()),
  PidMode: text,
  IpcMode: text,
  UTSMode: text,
  UsernsMode: text,
  CgroupnsMode: text,
  CgroupParent: text,
  Sysctls: map(z.string()),
  GroupAdd: list(z.string()),
  PortBindings: map(list(binding)),
  PublishAllPorts: flag,
  Runtime: text,
  NanoCpus: number,
  CpuShares: number,
  Memory: number,
  MemorySwap: number,
  PidsLimit: number,
  Ulimits: list(z.looseObject({ Name: z.string(), Soft: z.number(), Hard: z.number() })),
  ShmSize: number,
  OomKillDisable: flag,
  OomScoreAdj: number,
  Tmpfs: map(z.string()),
  Mounts: list(mountSchema),
  Devices: list(device),
  Init: flag,
  LogConfig: z.looseObject({ Type: text, Config: map(z.string()) }),
  RestartPolicy: z.looseObject({ Name: text }),
  AutoRemove: flag,
});

export const processConfigSchema = z.looseObject({
  Hostname: text,
  Image: text,
  Entrypoint: list(z.string()),
  Cmd: list(z.string()),
  WorkingDir: text,
  Env: list(z.string()),
  User: text,
  Labels: map(z.string()),
  Tty: flag,
  OpenStdin: flag,
  StopSignal: text,
  Healthcheck: z.looseObject({ Test: list(z.string()) }).nullish(),
  /** Only says what the image offers; what is published is in the port bindings. */
  ExposedPorts: map(z.unknown()),
});

export const inspectSchema = z.looseObject({
  Id: z.string().regex(/^[0-9a-f]{64}$/),
  Name: z.string(),
  Created: z.string(),
  Image: z.string(),
  /** What is really started: entrypoint and command as one list. */
  Path: text,
  Args: list(z.string()),
  AppArmorProfile: text,
  State: z.looseObject({
    Status: z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']),
    StartedAt: text,
    FinishedAt: text,
    ExitCode: number,
    OOMKilled: flag,
    Pid: number,
    Error: text,
  }),
  HostConfig: hostConfigSchema,
  Config: processConfigSchema,
  /** What is mounted, whoever asked for it. */
  Mounts: list(
    z.looseObject({
      Type: text,
      Name: text,
      Source: text,
      Destination: text,
      Driver: text,
      RW: flag,
      Propagation: text,
    }),
  ),
  /** What it is connected to and reached by, whoever asked for it. */
  NetworkSettings: z
    .looseObject({ Networks: map(z.record(z.string(), z.unknown()).nullable()), Ports: map(list(binding)) })
    .nullish(),
});

export type InspectAnswer = z.output<typeof inspectSchema>;
export type HostConfigAnswer = z.output<typeof hostConfigSchema>;
export type MountAnswer = z.output<typeof mountSchema>;
