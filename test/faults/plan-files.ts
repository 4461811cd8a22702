// Plans as files: those that were written down, and those that a run is asked to play again.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parsePlan, type Plan } from './plan.ts';

/** In the order of the files. Rejects for a file that is not there or is no plan. */
export const readPlans = (files: readonly string[]): Promise<readonly Plan[]> =>
  Promise.all(files.map(async (file) => parsePlan(await readFile(file, 'utf8'))));

/** All of a directory, in the order of their names; none where there is no such directory. */
export async function plansIn(dir: string): Promise<readonly Plan[]> {
  const names = (await readdir(dir).catch(() => [])).filter((name) => name.endsWith('.json'));
  return readPlans(names.sort().map((name) => join(dir, name)));
}
