// Every hostile case.

import { withoutRepeats } from '../case.ts';
import {
  commandForm,
  commandReading,
  deniedCommands,
  deniedFlags,
  deniedPaths,
  fetchedScripts,
  notAllowedCommands,
  readOnlyCommands,
} from './commands.ts';
import { environmentNames, environmentSources, environmentValues } from './environment.ts';
import { hostPathMeaning, hostPathSpelling, volumes } from './host-paths.ts';
import { lifetimes, resourceLimits, users } from './limits.ts';
import { images, metadata, nodeSelectors, registries, unknownFields } from './metadata.ts';
import { devices, namespaces, runtimes, sysctls } from './namespaces.ts';
import { egressTargets, networks, ports } from './network.ts';
import { confinement, privilege, securityOptions } from './privilege.ts';
import { profileCases } from './profiles.ts';
import { memoryDirectories, targets, workingDir } from './targets.ts';
import { hostileVectors } from './vectors.ts';

export const hostileCases = withoutRepeats([
  ...privilege,
  ...securityOptions,
  ...confinement,
  ...namespaces,
  ...runtimes,
  ...devices,
  ...sysctls,
  ...hostPathSpelling,
  ...hostPathMeaning,
  ...volumes,
  ...targets,
  ...memoryDirectories,
  ...workingDir,
  ...users,
  ...resourceLimits,
  ...lifetimes,
  ...ports,
  ...networks,
  ...egressTargets,
  ...metadata,
  ...images,
  ...registries,
  ...nodeSelectors,
  ...unknownFields,
  ...environmentNames,
  ...environmentValues,
  ...environmentSources,
  ...commandForm,
  ...deniedCommands,
  ...fetchedScripts,
  ...deniedPaths,
  ...deniedFlags,
  ...commandReading,
  ...notAllowedCommands,
  ...readOnlyCommands,
  ...hostileVectors,
  ...profileCases,
]);
