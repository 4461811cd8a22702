// CIS 5.1 to 5.5, 5.22 to 5.24 and 5.26: what the processes of the container may do.

import { type CisCheck, type CisResult, fail, info, pass, passUnless, warn } from './check.ts';
import type { CisFacts } from './facts.ts';

export const privilegeChecks: readonly CisCheck[] = [
  {
    id: '5.1',
    title: 'swarm mode is off',
    judge: ({ info: engine }) => {
      const state = engine.Swarm?.LocalNodeState ?? 'inactive';
      return state === 'inactive' ? pass() : warn(`swarm is ${state} on this node`);
    },
  },
  { id: '5.2', title: 'AppArmor profile', judge: appArmor },
  {
    id: '5.3',
    title: 'security options are set',
    judge: ({ container: { HostConfig: host } }) => {
      const options = host.SecurityOpt ?? [];
      return passUnless(
        options.length === 0 && 'none',
        ...options.map((option) => /^label[=:]disable$/i.test(option) && option),
      );
    },
  },
  {
    id: '5.4',
    title: 'capabilities are restricted',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless(
        !(host.CapDrop ?? []).some((name) => name.toUpperCase() === 'ALL') && 'not all are dropped',
        (host.CapAdd ?? []).length > 0 && `added: ${(host.CapAdd ?? []).join(', ')}`,
      ),
  },
  {
    id: '5.5',
    title: 'not privileged',
    judge: ({ container }) => passUnless(container.HostConfig.Privileged === true && 'privileged'),
  },
  {
    id: '5.22',
    title: 'seccomp is on',
    judge: ({ container: { HostConfig: host }, info: engine }) => {
      if ((host.SecurityOpt ?? []).some((option) => /^seccomp[=:]unconfined$/i.test(option))) return fail('unconfined');
      return hasFeature(engine.SecurityOptions, 'seccomp') ? pass() : warn('the engine has no seccomp');
    },
  },
  {
    id: '5.23',
    title: 'no privileged exec',
    judge: ({ execs }) => {
      if (execs.some(({ ProcessConfig }) => ProcessConfig?.privileged === true)) return fail('a privileged exec');
      return info(`${execs.length} known to the engine, none privileged; it forgets those that ended`);
    },
  },
  {
    id: '5.24',
    title: 'no exec as root',
    judge: ({ execs, container }) => {
      const users = execs.map(({ ProcessConfig }) => ProcessConfig?.user || (container.Config.User ?? ''));
      const root = users.find(isRoot);
      if (root !== undefined) return fail(`an exec as user "${root}"`);
      return info(`${execs.length} known to the engine, none as root; it forgets those that ended`);
    },
  },
  {
    id: '5.26',
    title: 'no new privileges',
    judge: ({ container: { HostConfig: host } }) => {
      const said = (host.SecurityOpt ?? []).filter((option) => /^no-new-privileges\b/.test(option));
      return passUnless(!/^no-new-privileges([:=]true)?$/.test(said.at(-1) ?? '') && 'not set');
    },
  },
];

function appArmor({ container, info: engine }: CisFacts): CisResult {
  const profile = container.AppArmorProfile ?? '';
  if (profile === 'unconfined') return fail('unconfined');
  if (profile !== '') return pass(profile);
  return hasFeature(engine.SecurityOptions, 'apparmor')
    ? fail('none, though the engine has AppArmor')
    : warn('the kernel of this node has no AppArmor');
}

/** Such as "name=seccomp,profile=default". */
const hasFeature = (options: readonly string[] | undefined, feature: string): boolean =>
  (options ?? []).some((option) => option.split(',').includes(`name=${feature}`) || option === feature);

const isRoot = (user: string): boolean => {
  const [name = ''] = user.split(':', 1);
  return name === '' || name === 'root' || Number(name) === 0;
};
