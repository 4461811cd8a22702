// HostConfig and Config of `docker inspect` against the profile, field by field. A field that is in no table here must be empty,
// so that a setting of a newer engine does not pass unseen.

import { judgeSecurityOptions } from './judge-security-options.ts';
import { ENGINE_MASKED_PATHS, LARGEST, READONLY_PATHS, SAFE_SYSCTLS, SESSION_MASKED_PATHS } from './profile.ts';
import {
  type Finding,
  type Inspected,
  kindOf,
  LABELS,
  labelsOf,
  listOf,
  recordOf,
  type Settings,
  SESSION_INIT,
  shown,
  textsOf,
} from './subject.ts';

type Check = readonly [want: string, holds: (value: unknown, container: Inspected) => boolean];

const exactly = (want: unknown): Check => [shown(want), (value) => shown(value) === shown(want)];
const from = (least: number, most: number): Check => [
  `${least} to ${most}`,
  (value) => typeof value === 'number' && value >= least && value <= most,
];
const isEmpty = (value: unknown): boolean => {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return true;
  return Array.isArray(value) ? value.every(isEmpty) : typeof value === 'object' && Object.keys(value).length === 0;
};
const EMPTY: Check = ['nothing', isEmpty];
const all = (need: readonly string[], value: unknown): boolean => need.every((path) => textsOf(value).includes(path));

export const hasInit = ({ Config }: Inspected): boolean => textsOf(Config['Entrypoint'])[0] === SESSION_INIT;

const HOST: Readonly<Record<string, Check>> = {
  Privileged: exactly(false),
  ReadonlyRootfs: exactly(true),
  CapDrop: exactly(['ALL']),
  MaskedPaths: [
    'at least what must be hidden',
    (value, container) => all(kindOf(container) === 'delivery' ? ENGINE_MASKED_PATHS : SESSION_MASKED_PATHS, value),
  ],
  ReadonlyPaths: ['at least what must be read-only', (value) => all(READONLY_PATHS, value)],
  Dns: [
    'the session itself on its own network, else nothing',
    (value, { HostConfig }) =>
      String(HostConfig['NetworkMode']).startsWith('mcps-') ? shown(value) === '["127.0.0.1"]' : isEmpty(value),
  ],
  IpcMode: exactly('private'),
  CgroupnsMode: exactly('private'),
  NetworkMode: [
    '"none" or the network of the session',
    (value, container) => value === 'none' || value === `mcps-${labelsOf(container)[LABELS.uid]}`,
  ],
  Memory: from(1, LARGEST.memoryBytes),
  MemorySwap: ['as much as Memory', (value, { HostConfig }) => value === HostConfig['Memory']],
  MemorySwappiness: ['nothing', (value) => isEmpty(value) || value === -1],
  NanoCpus: from(1, LARGEST.nanoCpus),
  CpuShares: from(2, LARGEST.cpuShares),
  PidsLimit: from(1, LARGEST.pids),
  OomScoreAdj: from(0, 1000),
  ShmSize: from(1, LARGEST.shmBytes),
  Ulimits: ['core 0, cpu and nofile bounded, no other', areUlimits],
  Sysctls: [
    'settings that stay in the namespaces',
    (value) => Object.keys(recordOf(value)).every((name) => SAFE_SYSCTLS.has(name)),
  ],
  PortBindings: ['loopback addresses and high ports', arePorts],
  LogConfig: ['none with the session init or on the way to it, else a bounded file', isLog],
  RestartPolicy: ['no', (value) => ['', 'no'].includes(String(recordOf(value)['Name']))],
  Runtime: exactly('runc'),
  Init: ['only without the session init', (value, container) => isEmpty(value) || !hasInit(container)],
  ConsoleSize: ['any', () => true],
  // Judged by judge-mounts.ts and below.
  Mounts: ['any', () => true],
  Tmpfs: ['any', () => true],
  SecurityOpt: ['any', () => true],
};

const CONFIG: Readonly<Record<string, Check>> = {
  User: ['two numbers that are not 0', isUser],
  Hostname: ['the start of its id', (value, { Id }) => value === Id.slice(0, 12)],
  OpenStdin: [
    'only for the session init',
    (value, container) => value === (hasInit(container) && kindOf(container) === 'session'),
  ],
  Env: [
    'no variable that changes what programs do',
    (value) => isEmpty(value) || (Array.isArray(value) && value.every((entry) => !HIJACKING.test(String(entry)))),
  ],
  Cmd: ['any', () => true],
  Entrypoint: ['a program', (value) => textsOf(value).length > 0],
  Image: [
    'an image id, or the init image',
    (value, container) =>
      /^sha256:[0-9a-f]{64}$/.test(String(value)) ||
      (kindOf(container) === 'delivery' && /^mcpsession\/init:(?:[0-9a-f]{16}|owner-\d+-\d+)$/.test(String(value))),
  ],
  Healthcheck: ['nothing', (value) => isEmpty(value) || shown(recordOf(value)['Test']) === '["NONE"]'],
  StopSignal: [
    'a signal that ends a process',
    (value) => isEmpty(value) || /^SIG(?:TERM|INT|QUIT|HUP|USR1|USR2)$/.test(String(value)),
  ],
  StopTimeout: ['0 to 60', (value) => isEmpty(value) || (typeof value === 'number' && value > 0 && value <= 60)],
  WorkingDir: [
    'a plain directory',
    (value) => isEmpty(value) || (String(value).startsWith('/') && !/^\/(?:proc|sys|dev)(?:\/|$)/.test(String(value))),
  ],
  ExposedPorts: [
    'what is published',
    (value, { HostConfig }) =>
      Object.keys(recordOf(value)).every((port) => port in recordOf(HostConfig['PortBindings'])),
  ],
  Labels: ['all of a session, and none that steers other software', areLabels],
};

/** With a value: an empty one takes away what the image sets. */
/** The session init on its way, or the owner of a workspace. */
const DELIVERY_NAME = /^\/(?:mcpsession-init-[0-9a-f]{16}-|mcps-[0-9a-f-]{36}-workspace$)/;
const HIJACKING = /^(?:LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|BASH_ENV|DOCKER_HOST|NVIDIA_[A-Z_]*)=./;
const STEERING = /^(?:io\.kubernetes\.|com\.docker\.|traefik\.|ofelia\.|com\.centurylinklabs\.|com\.datadoghq\.)/;

/** One per UID and generation, the first without a number. */
function sessionName(labels: Readonly<Record<string, string>>): string {
  const { [LABELS.uid]: uid = '', 'mcpsession.dev/instance-generation': generation = '' } = labels;
  return generation === '1' ? `/mcps-${uid}` : `/mcps-${uid}-g${generation}`;
}

export function judgeSettings(container: Inspected): readonly Finding[] {
  const { Name, HostConfig, Config, NetworkSettings, AppArmorProfile } = container;
  const name = kindOf(container) === 'session' ? Name === sessionName(labelsOf(container)) : DELIVERY_NAME.test(Name);
  const networks = Object.keys(NetworkSettings.Networks);
  return [
    ...judgeTable('HostConfig', { table: HOST, settings: HostConfig, container }),
    ...judgeTable('Config', { table: CONFIG, settings: Config, container }),
    ...judgeSecurityOptions(textsOf(HostConfig['SecurityOpt']), kindOf(container)),
    ...(name ? [] : [{ what: 'Name', want: 'the name of its session', got: Name }]),
    ...(networks.every((network) => network === HostConfig['NetworkMode'])
      ? []
      : [{ what: 'Networks', want: shown(HostConfig['NetworkMode']), got: shown(networks) }]),
    ...(AppArmorProfile === 'unconfined' ? [{ what: 'AppArmorProfile', want: 'a profile', got: AppArmorProfile }] : []),
  ];
}

interface Table {
  readonly table: Readonly<Record<string, Check>>;
  readonly settings: Settings;
  readonly container: Inspected;
}

function judgeTable(part: string, { table, settings, container }: Table): readonly Finding[] {
  const names = new Set([...Object.keys(table), ...Object.keys(settings)]);
  return [...names].sort().flatMap((name) => {
    const [want, holds] = table[name] ?? EMPTY;
    const value = settings[name];
    return holds(value, container) ? [] : [{ what: `${part}.${name}`, want, got: shown(value) }];
  });
}

function isUser(value: unknown): boolean {
  const match = /^([1-9]\d*):([1-9]\d*)$/.exec(String(value));
  return match !== null && match.slice(1).every((id) => Number(id) <= LARGEST.id);
}

function areUlimits(value: unknown): boolean {
  const most: Record<string, number> = { core: 0, cpu: LARGEST.cpuSeconds, nofile: LARGEST.openFiles };
  const found = listOf(value).map(recordOf);
  const bounded = found.every(({ Name, Soft, Hard }) => {
    const limit = most[String(Name)];
    const numbers = [Soft, Hard].map(Number);
    return limit !== undefined && numbers.every((number) => number >= 0 && number <= limit);
  });
  return bounded && Object.keys(most).every((name) => found.filter(({ Name }) => Name === name).length === 1);
}

function arePorts(value: unknown): boolean {
  const bindings = Object.values(recordOf(value)).flatMap((list) =>
    isEmpty(list) || !Array.isArray(list) ? [{}] : listOf(list),
  );
  return bindings.map(recordOf).every(({ HostIp, HostPort }) => {
    const port = Number(HostPort);
    return ['127.0.0.1', '::1'].includes(String(HostIp)) && (port === 0 || (port >= 1024 && port <= 65_535));
  });
}

function isLog(value: unknown, container: Inspected): boolean {
  const { Type, Config } = recordOf(value);
  if (hasInit(container) || kindOf(container) === 'delivery') return Type === 'none';
  const { 'max-size': size, 'max-file': files, ...others } = recordOf(Config);
  const bounded = /^\d{1,2}m$/.test(String(size)) && /^[1-9]$/.test(String(files)) && isEmpty(others);
  return ['json-file', 'local'].includes(String(Type)) && bounded;
}

function areLabels(_value: unknown, container: Inspected): boolean {
  const labels = labelsOf(container);
  if (Object.keys(labels).some((key) => STEERING.test(key))) return false;
  return kindOf(container) === 'delivery' || LABELS.session.every((key) => (labels[key] ?? '') !== '');
}
