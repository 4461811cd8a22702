// CIS 5.7, 5.11 to 5.13, 5.15 to 5.17, 5.19, 5.21, 5.25, 5.27 to 5.29 and 5.31: limits, namespaces and the life of the container.

import { type CisCheck, info, pass, passUnless } from './check.ts';

const MOST_RESTARTS = 5;
const SESSION_INIT = '/.mcpsession/init';
const SSH_SERVER = /(^|[\s/])(sshd|dropbear)\b/;

export const limitChecks: readonly CisCheck[] = [
  {
    id: '5.7',
    title: 'no SSH server inside',
    judge: ({ processes }) => {
      if (processes === null) return info('the engine cannot list its processes');
      return passUnless(processes.some((line) => SSH_SERVER.test(line)) && 'an SSH server runs');
    },
  },
  {
    id: '5.11',
    title: 'memory is limited',
    judge: ({ container: { HostConfig: host } }) => passUnless(!((host.Memory ?? 0) > 0) && 'unlimited'),
  },
  {
    id: '5.12',
    title: 'CPU is limited',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless(!((host.NanoCpus ?? 0) > 0 || (host.CpuQuota ?? 0) > 0) && 'unlimited'),
  },
  {
    id: '5.13',
    title: 'root file system is read-only',
    judge: ({ container: { HostConfig: host } }) => passUnless(host.ReadonlyRootfs !== true && 'writable'),
  },
  {
    id: '5.15',
    title: 'at most five restarts',
    judge: ({ container: { HostConfig: host } }) => {
      const { Name = '', MaximumRetryCount = 0 } = host.RestartPolicy ?? {};
      const bounded = Name === 'on-failure' && MaximumRetryCount > 0 && MaximumRetryCount <= MOST_RESTARTS;
      return passUnless(!['', 'no'].includes(Name) && !bounded && `policy ${Name}`);
    },
  },
  {
    id: '5.16',
    title: 'process namespace of its own',
    judge: ({ container: { HostConfig: host } }) => passUnless((host.PidMode ?? '') !== '' && `mode ${host.PidMode}`),
  },
  {
    id: '5.17',
    title: 'IPC namespace of its own',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless(!['', 'private', 'none'].includes(host.IpcMode ?? '') && `mode ${host.IpcMode}`),
  },
  {
    id: '5.19',
    title: 'ulimits are set',
    judge: ({ container: { HostConfig: host } }) => {
      const names = new Set((host.Ulimits ?? []).map(({ Name }) => Name));
      return passUnless(!names.has('nofile') && 'no limit of open files', !names.has('core') && 'no limit of cores');
    },
  },
  {
    id: '5.21',
    title: 'host name namespace of its own',
    judge: ({ container: { HostConfig: host } }) => passUnless(host.UTSMode === 'host' && 'mode host'),
  },
  {
    id: '5.25',
    title: 'cgroup parent is the engine’s',
    judge: ({ container: { HostConfig: host } }) =>
      passUnless((host.CgroupParent ?? '') !== '' && `parent ${host.CgroupParent}`),
  },
  {
    id: '5.27',
    title: 'health is checked',
    judge: ({ container: { Config: config } }) => {
      const [kind = 'NONE'] = config.Healthcheck?.Test ?? [];
      if (kind !== 'NONE' && kind !== '') return pass();
      return info(
        config.Entrypoint?.[0] === SESSION_INIT
          ? 'reasoned exception: the session init answers on its channel'
          : 'none: the controller watches the container instead',
      );
    },
  },
  {
    id: '5.28',
    title: 'image is the newest of its version',
    judge: ({ container }) => info(`runs ${container.Image.slice(0, 'sha256:'.length + 12)}; only its owner knows`),
  },
  {
    id: '5.29',
    title: 'processes are limited',
    judge: ({ container: { HostConfig: host } }) => passUnless(!((host.PidsLimit ?? 0) > 0) && 'unlimited'),
  },
  {
    id: '5.31',
    title: 'user namespace is not the host’s',
    judge: ({ container: { HostConfig: host } }) => passUnless(host.UsernsMode === 'host' && 'mode host'),
  },
];
