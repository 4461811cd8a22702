// Every law about a container, in the order of their ids, whether it was built by us or read back from the engine. Every field of
// ContainerSpec is judged by one of them, or said to be harmless (test/unit/rules/container-rules.test.ts counts them).

import type { ContainerSpec } from '../model/container.ts';
import { containerAppArmor } from './container/app-armor.ts';
import { containerCapabilities } from './container/capabilities.ts';
import { containerCpu } from './container/cpu.ts';
import { containerDevices } from './container/devices.ts';
import { containerEnvironment } from './container/environment.ts';
import { containerGroups } from './container/groups.ts';
import { containerIdentity } from './container/identity.ts';
import { containerKernelPaths } from './container/kernel-paths.ts';
import { containerLogs } from './container/logs.ts';
import { containerMemory } from './container/memory.ts';
import { containerMounts } from './container/mounts.ts';
import { containerNamespaces } from './container/namespaces.ts';
import { containerNoNewPrivileges } from './container/no-new-privileges.ts';
import { containerPorts } from './container/ports.ts';
import { containerPrivileged } from './container/privileged.ts';
import { containerProcessLimit } from './container/process-limit.ts';
import { containerProcess } from './container/process.ts';
import { containerRestart } from './container/restart.ts';
import { containerRootFilesystem } from './container/root-filesystem.ts';
import { containerRuntime } from './container/runtime.ts';
import { containerSeccomp } from './container/seccomp.ts';
import { containerSecurityOptions } from './container/security-options.ts';
import { containerSessionInit } from './container/session-init.ts';
import { containerSysctls } from './container/sysctls.ts';
import { containerTmpfs } from './container/tmpfs.ts';
import { containerUlimits } from './container/ulimits.ts';
import { containerUnmodelled } from './container/unmodelled.ts';
import { containerUser } from './container/user.ts';
import { containerWorkingDir } from './container/working-dir.ts';
import type { Rule } from './rule.ts';

export const containerRules: readonly Rule<ContainerSpec>[] = [
  containerPrivileged,
  containerCapabilities,
  containerUser,
  containerNoNewPrivileges,
  containerSeccomp,
  containerAppArmor,
  containerSecurityOptions,
  containerRootFilesystem,
  containerKernelPaths,
  containerNamespaces,
  containerCpu,
  containerMemory,
  containerProcessLimit,
  containerUlimits,
  containerTmpfs,
  containerMounts,
  containerDevices,
  containerSysctls,
  containerGroups,
  containerPorts,
  containerRuntime,
  containerLogs,
  containerRestart,
  containerProcess,
  containerSessionInit,
  containerWorkingDir,
  containerEnvironment,
  containerIdentity,
  containerUnmodelled,
];
