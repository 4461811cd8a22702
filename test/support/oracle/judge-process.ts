// The first process of a container as the kernel shows it: what is in force, whatever the engine says that it set.

import { LARGEST } from './profile.ts';
import { hasInit } from './judge-settings.ts';
import {
  type Finding,
  type Inspected,
  kindOf,
  listOf,
  type ProcessTexts,
  recordOf,
  SESSION_INIT,
  shown,
  textsOf,
} from './subject.ts';

/** A value of `Name:\tvalue` lines; "" when there is none. */
export const fieldOf = (text: string, name: string): string =>
  new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(text)?.[1] ?? '';

const finding = (what: string, want: string, got: unknown): Finding => ({
  what: `process.${what}`,
  want,
  got: shown(got),
});

export function judgeProcess(container: Inspected, process: ProcessTexts): readonly Finding[] {
  return [
    ...judgeStatus(container, process),
    ...judgeNamespaces(process),
    ...judgeNetwork(container, process),
    ...judgeLimits(container, process),
    ...judgeCgroup(container, process),
    ...judgeProgram(container, process),
  ];
}

function judgeStatus(container: Inspected, { status, oomScoreAdj, appArmor }: ProcessTexts): readonly Finding[] {
  const found: Finding[] = [];
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) {
    const value = fieldOf(status, set);
    if (!/^0+$/.test(value)) found.push(finding(set, '0', value));
  }
  if (fieldOf(status, 'NoNewPrivs') !== '1') found.push(finding('NoNewPrivs', '1', fieldOf(status, 'NoNewPrivs')));
  if (fieldOf(status, 'Seccomp') !== '2') found.push(finding('Seccomp', '2', fieldOf(status, 'Seccomp')));
  const [uid = '', gid = ''] = String(container.Config['User']).split(':');
  for (const [name, id] of [
    ['Uid', uid],
    ['Gid', gid],
  ] as const) {
    const ids = fieldOf(status, name).split(/\s+/);
    const plain = ids.length === 4 && ids.every((each) => each === id && each !== '0');
    if (!plain) found.push(finding(name, `four times ${id}, not 0`, ids));
  }
  const groups = fieldOf(status, 'Groups')
    .split(/\s+/)
    .filter((group) => group !== '');
  if (groups.some((group) => group !== gid)) found.push(finding('Groups', `none but ${gid}`, groups));
  if (!(Number(oomScoreAdj) >= 0)) found.push(finding('oom_score_adj', '0 or more', oomScoreAdj));
  if (appArmor !== null && appArmor.startsWith('unconfined')) found.push(finding('AppArmor', 'a profile', appArmor));
  return found;
}

const OWN_NAMESPACES = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];

function judgeNamespaces({ namespaces, nodeNamespaces }: ProcessTexts): readonly Finding[] {
  return OWN_NAMESPACES.flatMap((name) => {
    const own = namespaces[name];
    const apart = own !== undefined && own !== nodeNamespaces[name];
    return apart ? [] : [finding(`ns.${name}`, 'not that of the node', own)];
  });
}

function judgeNetwork(container: Inspected, { netDev }: ProcessTexts): readonly Finding[] {
  const names = [...netDev.matchAll(/^\s*([^\s:]+):/gm)].map(([, name]) => name);
  const none = container.HostConfig['NetworkMode'] === 'none';
  return none && shown(names) !== '["lo"]' ? [finding('interfaces', 'lo alone', names)] : [];
}

const LIMIT_NAMES = { core: 'Max core file size', cpu: 'Max cpu time', nofile: 'Max open files' } as const;

/** A process may lower its own limits, never raise them. */
function judgeLimits(container: Inspected, { limits }: ProcessTexts): readonly Finding[] {
  const asked = listOf(container.HostConfig['Ulimits']).map(recordOf);
  return Object.entries(LIMIT_NAMES).flatMap(([name, line]) => {
    const [, soft, hard] = new RegExp(`^${line}\\s+(\\S+)\\s+(\\S+)`, 'm').exec(limits) ?? [];
    const most = Number(asked.find(({ Name }) => Name === name)?.['Hard'] ?? (name === 'core' ? 0 : LARGEST.openFiles));
    const numbers = [soft, hard].map((value) =>
      value === undefined || value === 'unlimited' ? Infinity : Number(value),
    );
    if (kindOf(container) === 'delivery' && name !== 'core') return [];
    return numbers.every((number) => number <= most)
      ? []
      : [finding(`limits.${name}`, `at most ${most}`, [soft, hard])];
  });
}

const PLAIN_DEVICES = /^(?:[bc] \*:\* m|c 1:[35789] rwm|c 5:[012] rwm|c 136:\* rwm|c 10:200 rwm)$/; // moby oci/devices; 10:200 has no node in /dev

function judgeCgroup(container: Inspected, { cgroup, cgroupLimits }: ProcessTexts): readonly Finding[] {
  const { HostConfig, Id } = container;
  const found: Finding[] = [];
  const own = new RegExp(`^\\d+:[^:]*:(?:/docker/${Id}|/system\\.slice/docker-${Id}\\.scope)$`);
  const elsewhere = cgroup
    .trim()
    .split('\n')
    .filter((line) => !own.test(line) && !line.endsWith(':/'));
  if (elsewhere.length > 0) found.push(finding('cgroup', "a place of its own below the engine's", elsewhere[0]));
  const { memoryBytes, memoryAndSwapBytes, pids, cpuQuotaUs, cpuPeriodUs, devices } = cgroupLimits;
  const same = (what: string, got: string | null, want: unknown): void => {
    if (got !== String(want)) found.push(finding(`cgroup.${what}`, String(want), got));
  };
  same('memory', memoryBytes, HostConfig['Memory']);
  if (memoryAndSwapBytes !== null) same('memory and swap', memoryAndSwapBytes, HostConfig['MemorySwap']);
  same('pids', pids, HostConfig['PidsLimit']);
  const cores = Number(cpuQuotaUs) / Number(cpuPeriodUs);
  const askedCores = Number(HostConfig['NanoCpus']) / 1_000_000_000;
  if (!(cores > 0 && Math.abs(cores - askedCores) < 0.001)) {
    found.push(finding('cgroup.cpu', `${askedCores} cores`, [cpuQuotaUs, cpuPeriodUs]));
  }
  const odd = (devices ?? '').split('\n').filter((line) => line !== '' && !PLAIN_DEVICES.test(line));
  if (odd.length > 0) found.push(finding('cgroup.devices', 'null, zero, full, random, urandom, terminals', odd));
  return found;
}

function judgeProgram(container: Inspected, { cmdline }: ProcessTexts): readonly Finding[] {
  const program = cmdline.split('\0')[0] ?? '';
  if (hasInit(container)) {
    return program === SESSION_INIT ? [] : [finding('program', SESSION_INIT, program)];
  }
  // A script runs as its interpreter, so only the engine's init can be told from the rest.
  const own = textsOf(container.Config['Entrypoint'])[0] ?? '';
  const initAsked = container.HostConfig['Init'] === true;
  const isInit = /(?:^|\/)(?:docker-init|tini|catatonit)$/.test(program);
  return isInit === initAsked ? [] : [finding('program', initAsked ? "the engine's init" : own, program)];
}
