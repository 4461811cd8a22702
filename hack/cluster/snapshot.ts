// What the cluster could leave behind on this machine, written down before and compared after.
//   node hack/cluster/snapshot.ts take FILE      write the state of this moment
//   node hack/cluster/snapshot.ts compare FILE   say what came and what went since; exits 1 on a difference

import { readFile, writeFile } from 'node:fs/promises';

import { asOperatorError, OperatorError } from '../../src/lib/errors.ts';
import { differences, type Snapshot, snapshotSchema } from './snapshot/differences.ts';
import { takeSnapshot } from './snapshot/take-snapshot.ts';

async function main([command, path, ...rest]: readonly string[]): Promise<void> {
  if (path === undefined || rest.length > 0 || (command !== 'take' && command !== 'compare')) {
    throw new OperatorError('invalid', 'usage: node hack/cluster/snapshot.ts take FILE | compare FILE');
  }
  if (command === 'take') return writeFile(path, `${JSON.stringify(await takeSnapshot(), null, 1)}\n`);
  const found = differences(await readSnapshot(path), await takeSnapshot());
  for (const line of found) console.log(line);
  console.log(found.length === 0 ? 'snapshot: as before' : `snapshot: ${found.length} differences`);
  process.exitCode = found.length === 0 ? 0 : 1;
}

async function readSnapshot(path: string): Promise<Snapshot> {
  return snapshotSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

if (import.meta.main) {
  main(process.argv.slice(2)).catch((thrown: unknown) => {
    console.error(asOperatorError(thrown).message);
    process.exitCode = 1;
  });
}
