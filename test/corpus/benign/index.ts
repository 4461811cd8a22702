// Every benign case.

import { withoutRepeats } from '../case.ts';
import {
  allowedCommands,
  commands,
  commandTwins,
  readingCommands,
  environmentNames,
  environmentValues,
} from './environment.ts';
import { hostPaths, sysctls, targets } from './host.ts';
import { profileCases } from './profiles.ts';
import { benignVectors } from './vectors.ts';
import { images, isolation, lifetimes, metadata, resources } from './workload.ts';

export const benignCases = withoutRepeats([
  ...hostPaths,
  ...targets,
  ...sysctls,
  ...images,
  ...resources,
  ...lifetimes,
  ...isolation,
  ...metadata,
  ...environmentValues,
  ...environmentNames,
  ...commands,
  ...commandTwins,
  ...allowedCommands,
  ...readingCommands,
  ...benignVectors,
  ...profileCases,
]);
