// Every law about a session spec, in the order of their ids. Explicit: a rule that is not in this list does not run anywhere.

import { rulesOfSpecCommands } from './command/judge-command.ts';
import type { Rule } from './rule.ts';
import { appArmor } from './session/app-armor.ts';
import { argumentSource } from './session/argument-source.ts';
import { capabilities } from './session/capabilities.ts';
import { commandSize } from './session/command-size.ts';
import { containerPaths } from './session/container-paths.ts';
import { cpuLimit } from './session/cpu-limit.ts';
import { devices } from './session/devices.ts';
import { egressForm } from './session/egress-form.ts';
import { egressTarget } from './session/egress-target.ts';
import { environmentShape } from './session/environment-shape.ts';
import { environmentSize } from './session/environment-size.ts';
import { environmentValueWarning } from './session/environment-value-warning.ts';
import { environmentValues } from './session/environment-values.ts';
import { hijackingEnvironment } from './session/hijacking-environment.ts';
import { hostMountPolicy } from './session/host-mount-policy.ts';
import { hostNetwork } from './session/host-network.ts';
import { hostPath } from './session/host-path.ts';
import { idleTimeout } from './session/idle-timeout.ts';
import { imageDigest } from './session/image-digest.ts';
import { imageReference } from './session/image-reference.ts';
import { imageRegistry } from './session/image-registry.ts';
import { imageRegistryHost } from './session/image-registry-host.ts';
import { ipcNamespace } from './session/ipc-namespace.ts';
import { literalSecret } from './session/literal-secret.ts';
import { literalSecretDenied } from './session/literal-secret-denied.ts';
import { lowHostPort } from './session/low-host-port.ts';
import { memoryDirectories } from './session/memory-directories.ts';
import { memoryLimit } from './session/memory-limit.ts';
import { mountSource } from './session/mount-source.ts';
import { mutableTag } from './session/mutable-tag.ts';
import { networkMode } from './session/network-mode.ts';
import { otherNamespaces } from './session/other-namespaces.ts';
import { pidNamespace } from './session/pid-namespace.ts';
import { portCollisions } from './session/port-collisions.ts';
import { portsWithoutNetwork } from './session/ports-without-network.ts';
import { privileged } from './session/privileged.ts';
import { processLimit } from './session/process-limit.ts';
import { processResources } from './session/process-resources.ts';
import { publicPort } from './session/public-port.ts';
import { randomSecret } from './session/random-secret.ts';
import { randomSecretDenied } from './session/random-secret-denied.ts';
import { reservedHostPort } from './session/reserved-host-port.ts';
import { reservedKeys } from './session/reserved-keys.ts';
import { rootUser } from './session/root-user.ts';
import { runtime } from './session/runtime.ts';
import { seccomp } from './session/seccomp.ts';
import { secretReferences } from './session/secret-references.ts';
import { securityOptions } from './session/security-options.ts';
import { sysctls } from './session/sysctls.ts';
import { timeToLive } from './session/time-to-live.ts';
import { workspaceMedium } from './session/workspace-medium.ts';
import type { SessionSubject } from './session-subject.ts';

export const sessionRules: readonly Rule<SessionSubject>[] = [
  // 1xx privilege
  privileged,
  capabilities,
  rootUser,
  securityOptions,
  seccomp,
  appArmor,
  runtime,
  // 2xx host
  hostPath,
  pidNamespace,
  ipcNamespace,
  hostNetwork,
  otherNamespaces,
  devices,
  hostMountPolicy,
  containerPaths,
  mountSource,
  sysctls,
  // 3xx image
  imageReference,
  imageRegistry,
  imageDigest,
  mutableTag,
  imageRegistryHost,
  // 4xx limits and lifetime
  timeToLive,
  idleTimeout,
  cpuLimit,
  memoryLimit,
  processLimit,
  processResources,
  memoryDirectories,
  workspaceMedium,
  // 5xx network
  networkMode,
  publicPort,
  lowHostPort,
  portsWithoutNetwork,
  egressTarget,
  egressForm,
  reservedHostPort,
  portCollisions,
  // 6xx identity and secrets
  reservedKeys,
  hijackingEnvironment,
  secretReferences,
  literalSecret,
  environmentValues,
  environmentShape,
  environmentValueWarning,
  environmentSize,
  literalSecretDenied,
  randomSecret,
  randomSecretDenied,
  // 8xx commands
  argumentSource,
  commandSize,
  ...rulesOfSpecCommands,
];
