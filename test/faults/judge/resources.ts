// I13: what a controller may hold on to when there is nothing to do.

import type { DebugAnswer } from '../process/orders.ts';

const MOST_BYTES = 400 * 1_048_576;
/** A few dozen of its own, and one for each session that runs. */
const MOST_FILES = 150;
const MOST_RESOURCES = 200;

export function resourceProblems({ rssBytes, openFiles, activeResources }: DebugAnswer): readonly string[] {
  return [
    ...(rssBytes > MOST_BYTES ? [`I13 the controller uses ${Math.round(rssBytes / 1_048_576)} MiB at rest`] : []),
    ...(openFiles > MOST_FILES ? [`I13 the controller has ${openFiles} files open at rest`] : []),
    ...(activeResources > MOST_RESOURCES
      ? [`I13 the controller has ${activeResources} timers and sockets at rest`]
      : []),
  ];
}
