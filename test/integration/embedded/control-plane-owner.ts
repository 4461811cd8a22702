// A process for the tests to kill: starts a control plane in the directory given, prints what it is as one line of JSON,
// and then only lives.

import { startControlPlane } from '../../../src/embedded/control-plane.ts';
import { testBinaries } from './binaries.ts';

const stateDir = process.argv[2];
if (stateDir === undefined) throw new Error('usage: node control-plane-owner.ts <state directory>');
const { port, pids } = await startControlPlane(
  { binaries: await testBinaries(), stateDir },
  new AbortController().signal,
);
console.log(JSON.stringify({ port, pids }));
