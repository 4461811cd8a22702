// Every benign case.

import {
  allowedCommands,
  commands,
  commandTwins,
  readingCommands,
  environmentNames,
  environmentValues,
} from './environment.ts';
import { hostPaths, sysctls, targets } from './host.ts';
import { images, isolation, lifetimes, metadata, resources } from './workload.ts';

export const benignCases = [
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
];
