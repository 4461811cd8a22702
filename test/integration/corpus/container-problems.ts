// A running container, as the engine prints it, against what its session asked for: the same expectation that the corpus has for the
// pure core (test/corpus/run-benign.ts), read here from `docker inspect` without any code of the product.

import { byName, type ExpectedContainer, expectedContainer, expectedDifferences } from '../../corpus/run-benign.ts';
import { sessionSpecSchema } from '../../../src/model/session-spec.ts';
import { rawDocker } from '../../support/docker.ts';

type Inspected = Awaited<ReturnType<ReturnType<ReturnType<typeof rawDocker>['getContainer']>['inspect']>>;

/** Each setting that differs from what `spec`, as it is stored, asks for. */
export async function containerProblems(spec: unknown, containerId: string): Promise<readonly string[]> {
  const asked = sessionSpecSchema.parse(spec);
  const inspected = await rawDocker().getContainer(containerId).inspect();
  const names = asked.env.map(({ name }) => name);
  return expectedDifferences(expectedContainer(asked), found(inspected, names));
}

function found(inspected: Inspected, names: readonly string[]): ExpectedContainer {
  const { Config } = inspected;
  const { HostConfig } = inspected;
  const nofile = (HostConfig.Ulimits as readonly Ulimit[]).find(({ Name }) => Name === 'nofile');
  const mounts = (HostConfig.Mounts ?? []).filter(({ Type }) => Type === 'bind');
  const env = new Map(Config.Env.map((entry) => splitAt(entry, entry.indexOf('='))));
  return {
    user: Config.User,
    workingDir: Config.WorkingDir,
    argv: programOf([...textsOf(Config.Entrypoint), ...textsOf(Config.Cmd)]),
    env: names.map((name) => ({ name, value: env.get(name) })),
    limits: [HostConfig.NanoCpus ?? 0, HostConfig.Memory ?? 0, HostConfig.MemorySwap ?? 0, HostConfig.PidsLimit ?? 0],
    openFiles: [nofile?.Soft ?? 0, nofile?.Hard ?? 0],
    directories: Object.entries((HostConfig.Tmpfs ?? {}) as Record<string, string>)
      .map(([path, options]) => ({ path, sizeBytes: Number(/(?:^|,)size=([0-9]+)(?:,|$)/.exec(options)?.[1]) }))
      .sort((left, right) => (left.path < right.path ? -1 : 1)),
    mounts: mounts.map(({ Source, Target, ReadOnly }) => ({
      source: Source,
      target: Target,
      readOnly: ReadOnly === true,
    })),
    sysctls: byName(Object.entries((HostConfig.Sysctls ?? {}) as Record<string, string>)), // the engine's own type
    privileges: {
      privileged: HostConfig.Privileged === true,
      added: HostConfig.CapAdd ?? [],
      dropped: HostConfig.CapDrop ?? [],
      readOnlyRoot: HostConfig.ReadonlyRootfs === true,
      noNewPrivileges: (HostConfig.SecurityOpt as readonly string[]).some((option) =>
        /^no-new-privileges([:=]true)?$/.test(option),
      ),
    },
    network: [
      HostConfig.NetworkMode,
      Object.keys((HostConfig.PortBindings ?? {}) as object),
      HostConfig.PublishAllPorts === true,
    ],
    namespaces: [
      ...[HostConfig.PidMode, HostConfig.IpcMode, HostConfig.UTSMode, HostConfig.UsernsMode],
      ...[(HostConfig as { CgroupnsMode?: string }).CgroupnsMode, HostConfig.CgroupParent], // not in the types of the library
    ].map((mode) => mode ?? ''),
    devices: HostConfig.Devices ?? [],
    init: textsOf(Config.Entrypoint)[0] === '/.mcpsession/init',
  };
}

interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

const textsOf = (value: string | readonly string[] | null | undefined): readonly string[] =>
  typeof value === 'string' ? [value] : (value ?? []);

const splitAt = (text: string, index: number): readonly [string, string] => [
  text.slice(0, index),
  text.slice(index + 1),
];

/** Behind the session init the program of the session comes after "--"; an idle session without it sleeps. */
function programOf(argv: readonly string[]): readonly string[] {
  if (argv[0] !== '/.mcpsession/init') return argv[0] === 'sleep' && argv[1] === '2147483647' ? [] : argv;
  const separator = argv.indexOf('--');
  return separator === -1 ? [] : argv.slice(separator + 1);
}
