// Runtimes do the same under our seccomp profile, and everything else of a session container, as without the profile (K-21).

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createDockerEngine } from '../../../src/docker/engine.ts';
import { toCreateRequest } from '../../../src/docker/to-create-request.ts';
import type { ContainerSpec } from '../../../src/model/container.ts';
import type { LockedDownSpec } from '../../../src/rules/lock-down.ts';
import {
  aSessionContainer,
  engineSocket,
  lockedDown,
  newClusterId,
  rawDocker,
  removeAllOf,
  sessionImage,
} from '../../support/docker.ts';
import { allowDifferences, expectDifferences } from '../../support/oracle/run.ts';
import { runToEnd } from '../../support/run-to-end.ts';
import { type Prepared, RUNTIMES_TO_TEST } from '../../support/runtimes/runtimes.ts';
import { createStage, type Stage } from '../../support/runtimes/stage.ts';

const cluster = newClusterId();
const nodeName = 'node-1';
const engine = createDockerEngine({ socketPath: engineSocket(), cluster, nodeName });
const MEMORY_BYTES = 1_073_741_824;

const looked = RUNTIMES_TO_TEST.map((runtime) => ({ ...runtime, found: runtime.find() }));
const here = looked.flatMap(({ found, ...runtime }) => (found === null ? [] : [{ ...runtime, found }]));
const absent = looked.filter(({ found }) => found === null);

let stage: Stage;
beforeAll(async () => {
  await sessionImage();
  stage = createStage();
});
afterAll(async () => {
  await removeAllOf(cluster);
  stage?.remove();
});

const aSpec = ({ argv, env = {}, mounts = [] }: Prepared): Promise<ContainerSpec> =>
  aSessionContainer({
    cluster,
    nodeName,
    change: {
      entrypoint: argv.slice(0, 1),
      command: argv.slice(1),
      env: Object.entries({ PATH: '/bin', ...env }).map(([name, value]) => ({ name, value })),
      mounts: [...stage.mounts, ...mounts],
      memoryBytes: MEMORY_BYTES, // of browsers and virtual machines
      memorySwapBytes: MEMORY_BYTES,
      pidsLimit: 200,
    },
  });

/** Programs look for their libraries where no session may mount anything (MCPS-917): all else of the container is judged. */
function withLibraries(spec: ContainerSpec): LockedDownSpec {
  lockedDown({ ...spec, mounts: [] });
  return spec as LockedDownSpec;
}

test.each(here)('S3.T4.09: $name does under our profile what it does without one', async (runtime) => {
  const prepared = await runtime.prepare(stage, runtime.found);
  const confined = await aSpec(prepared);
  const { id } = await engine.create(withLibraries(confined), AbortSignal.timeout(30_000));
  const open = { ...(await aSpec(prepared)), seccomp: 'Unconfined' };
  expectDifferences({ uid: open.identity.uid, what: ['SecurityOpt.seccomp'] });
  allowDifferences({ uid: open.identity.uid, what: ['process.Seccomp'] });
  const { name, body } = toCreateRequest(open as LockedDownSpec); // the printer alone: no rule accepts this one
  const container = await rawDocker().createContainer({ name, ...body });

  const [under, without] = await Promise.all([runToEnd(id), runToEnd(container.id)]);
  // What they say beside that, on standard error, may hold times and process ids.
  expect(without).toMatchObject({ exitCode: 0, stdout: runtime.prints });
  expect(under).toMatchObject({ exitCode: 0, stdout: runtime.prints });
});

test('S3.T4.09: what this machine does not have is said', () => {
  for (const { name, needs } of absent) process.stdout.write(`not tested here: ${name} (needs ${needs})\n`);
  const names = here.map(({ name }) => name);
  // Everything that a machine has on which `make test` runs at all.
  for (const name of ['C with glibc', 'shell of a static busybox', 'bash', 'Node.js', 'Go'])
    expect(names).toContain(name);
});
