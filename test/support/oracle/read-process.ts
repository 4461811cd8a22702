// Reads what the kernel shows of a container's first process. A process that ends meanwhile gives null, which is no difference.

import { access, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

import { fieldOf } from './judge-process.ts';
import { ENGINE_MASKED_PATHS, READONLY_PATHS, SESSION_MASKED_PATHS } from './profile.ts';
import { type CgroupTexts, type Inspected, kindOf, type ProcessTexts } from './subject.ts';

const STARTED_WITHIN_MS = 5_000;
const BETWEEN_LOOKS_MS = 10;
const NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];
/** What a process that is ending gives instead of its files. */
const GONE = new Set(['ENOENT', 'ESRCH', 'EINVAL', 'EIO']);

export async function readProcess(inspected: Inspected): Promise<ProcessTexts | null> {
  const { Id, State } = inspected;
  if (State.Pid === 0) return null;
  const dir = `/proc/${State.Pid}`;
  try {
    if (!(await isStarted(dir, Id))) return null;
    const texts = await readAll(dir, kindOf(inspected));
    const after = await readFile(join(dir, 'status'), 'utf8');
    const cgroup = await readFile(join(dir, 'cgroup'), 'utf8');
    return isDead(after) || !cgroup.includes(Id) || texts.mountinfo === '' ? null : texts;
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    if (GONE.has(code)) return null;
    throw thrown;
  }
}

const isDead = (status: string): boolean => /^[ZX]/.test(fieldOf(status, 'State'));

/** The engine tells of a start while the runtime's own program is still about to become that of the container. */
async function isStarted(dir: string, id: string): Promise<boolean> {
  const untilMs = performance.now() + STARTED_WITHIN_MS;
  while (performance.now() < untilMs) {
    const cgroup = await readFile(join(dir, 'cgroup'), 'utf8');
    if (!cgroup.includes(id)) return false; // not its process any more, or an engine of another machine
    const [program = '', verb = ''] = (await readFile(join(dir, 'cmdline'), 'utf8')).split('\0');
    if (isDead(await readFile(join(dir, 'status'), 'utf8'))) return false;
    const isRuntime = program === '' || (verb === 'init' && /(?:^|\/)(?:runc|exe)$/.test(program));
    if (!isRuntime) return true;
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS_MS));
  }
  return false;
}

async function readAll(dir: string, kind: 'session' | 'delivery'): Promise<ProcessTexts> {
  const read = (name: string): Promise<string> => readFile(join(dir, name), 'utf8');
  const cgroup = await read('cgroup');
  return {
    status: await read('status'),
    mountinfo: await read('mountinfo'),
    limits: await read('limits'),
    oomScoreAdj: (await read('oom_score_adj')).trim(),
    cmdline: await read('cmdline'),
    netDev: await read('net/dev'),
    cgroup,
    cgroupLimits: await cgroupLimits(cgroup),
    namespaces: await namespacesOf(dir),
    nodeNamespaces: await namespacesOf('/proc/self'),
    pathsToMask: await present(kind === 'session' ? SESSION_MASKED_PATHS : ENGINE_MASKED_PATHS),
    pathsToProtect: await present(READONLY_PATHS),
    appArmor: (await exists('/sys/kernel/security/apparmor')) ? await read('attr/current') : null,
  };
}

async function namespacesOf(dir: string): Promise<Record<string, string>> {
  const links = await Promise.all(NAMESPACES.map(async (name) => [name, await readlink(join(dir, 'ns', name))]));
  return Object.fromEntries(links) as Record<string, string>; // pairs made above
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function present(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await exists(path)) ? [path] : [])));
  return found.flat();
}

async function cgroupLimits(cgroup: string): Promise<CgroupTexts> {
  const placeOf = (controller: string): string | null =>
    new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(cgroup)?.[1] ?? null;
  const memory = placeOf('memory');
  return memory === null ? cgroupLimitsV2(placeOf('') ?? '/') : cgroupLimitsV1({ memory, placeOf });
}

async function textAt(...parts: readonly string[]): Promise<string | null> {
  const text = await readFile(join('/sys/fs/cgroup', ...parts), 'utf8').catch(() => null);
  return text?.trim() ?? null;
}

async function cgroupLimitsV1(input: {
  readonly memory: string;
  readonly placeOf: (controller: string) => string | null;
}): Promise<CgroupTexts> {
  const { memory, placeOf } = input;
  const [cpu, pids, devices] = ['cpu', 'pids', 'devices'].map((name) => placeOf(name) ?? '/');
  return {
    memoryBytes: await textAt('memory', memory, 'memory.limit_in_bytes'),
    memoryAndSwapBytes: await textAt('memory', memory, 'memory.memsw.limit_in_bytes'),
    pids: await textAt('pids', pids ?? '/', 'pids.max'),
    cpuQuotaUs: await textAt('cpu', cpu ?? '/', 'cpu.cfs_quota_us'),
    cpuPeriodUs: await textAt('cpu', cpu ?? '/', 'cpu.cfs_period_us'),
    devices: await textAt('devices', devices ?? '/', 'devices.list'),
  };
}

async function cgroupLimitsV2(place: string): Promise<CgroupTexts> {
  const memoryBytes = await textAt(place, 'memory.max');
  const swapBytes = await textAt(place, 'memory.swap.max');
  const [cpuQuotaUs = null, cpuPeriodUs = null] = (await textAt(place, 'cpu.max'))?.split(' ') ?? [];
  const both = memoryBytes === null || swapBytes === null ? null : Number(memoryBytes) + Number(swapBytes);
  return {
    memoryBytes,
    memoryAndSwapBytes: both === null ? null : String(both),
    pids: await textAt(place, 'pids.max'),
    cpuQuotaUs,
    cpuPeriodUs,
    devices: null,
  };
}
