// F2: two controllers for one node, as processes. One serves and the other refuses; one that was frozen past its lease and wakes
// changes nothing any more. F34: SIGTERM gives the node to the next one at once.

import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionInitFile } from '../../../src/compose/up/paths.ts';
import { bundlePrograms, COMPILE_CACHE_DIR, type ProgramName, PROGRAMS_DIR } from '../../faults/bundle.ts';
import { type Cluster, NAMESPACE, startCluster } from '../../faults/rig/cluster.ts';
import { Program } from '../../faults/rig/program.ts';
import { listAllOf, removeAllOf } from '../../support/docker.ts';
import { type EngineProxy, startEngineProxy } from '../../support/engine-proxy.ts';
import { runPrefix } from '../../support/oracle/run.ts';
import { waitFor } from '../../support/wait-for.ts';

const run = randomUUID().slice(0, 8);
const nodeName = `${runPrefix()}two-${run}`;
const clusterName = `${runPrefix()}two-${run}`;
const SESSIONS = `/apis/mcpsession.dev/v1alpha1/namespaces/${NAMESPACE}/mcpsessions`;

let dir: string;
let cluster: Cluster;
const made: Program[] = [];
const proxies: EngineProxy[] = [];

/** With everything that it changes on the engine. */
interface Controller {
  readonly program: Program;
  readonly changes: string[];
  readonly said: string[];
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'mcpsession-two-'));
  cluster = await startCluster(dir, nodeName);
  await writeFile(join(dir, 'policy.yaml'), 'limits: {perNode: 20}\n');
}, 120_000);

afterAll(async () => {
  for (const program of made) program.close();
  for (const proxy of proxies) await proxy.close();
  await cluster?.stop();
  await removeAllOf(clusterName);
  await rm(dir, { recursive: true, force: true });
});

async function aProgram(name: ProgramName, identity: string): Promise<Controller> {
  const changes: string[] = [];
  const said: string[] = [];
  const proxy = await startEngineProxy(
    (line) => {
      if (/^(POST|DELETE) /.test(line)) changes.push(line);
      return false;
    },
    () => {},
  );
  proxies.push(proxy);
  const at = (file: string): string => join(dir, `${identity}-${file}`);
  await mkdir(at('logs'));
  await mkdir(at('state'));
  const { api } = cluster;
  const kubeconfigPath = await cluster.kubeconfigFor(
    name === 'placement' ? 'placement' : 'controller',
    `https://${api.host}:${api.port}`,
  );
  const { dir: programs } = await bundlePrograms({ under: PROGRAMS_DIR });
  const program = new Program({
    name,
    programs: () => programs,
    compileCache: COMPILE_CACHE_DIR,
    onLine: (line) => said.push(line),
    onUnasked: (why) => said.push(why),
    order: () => ({
      order: 'start',
      kubeconfigPath,
      dockerSocket: proxy.socketPath,
      cluster: clusterName,
      nodeName,
      identity,
      version: 'test',
      policyFile: join(dir, 'policy.yaml'),
      logDir: at('logs'),
      stateDir: at('state'),
      sessionInitFile: sessionInitFile(),
      concurrency: 4,
      intervals: {},
    }),
  });
  made.push(program);
  return { program, changes, said };
}

const create = (name: string) =>
  cluster.api.must('POST', SESSIONS, {
    apiVersion: 'mcpsession.dev/v1alpha1',
    kind: 'McpSession',
    metadata: { name },
    spec: { image: 'mcps.local/busybox:1' },
  });

async function reasonOf(name: string): Promise<string> {
  const { code, text } = await cluster.api.call('GET', `${SESSIONS}/${name}`);
  if (code === 404) return 'gone';
  return /"type":"Ready"/.test(text) ? (/"reason":"(\w+)"[^}]*"type":"Ready"/.exec(text)?.[1] ?? '') : '';
}
const until = (name: string, reason: string) =>
  waitFor(`${name} to be ${reason}`, async () => (await reasonOf(name)) === reason, 60_000);

test('a frozen controller that wakes changes nothing; a stopped one hands the node over at once', async () => {
  const placement = await aProgram('placement', 'placement');
  placement.program.start();
  const first = await aProgram('controller', 'first');
  first.program.start();
  await first.program.ready;
  await create('before');
  await until('before', 'Running');

  first.program.signal('SIGSTOP');
  const second = await aProgram('controller', 'second');
  second.program.start();
  await cluster.api.must('DELETE', `${SESSIONS}/before`);
  await create('during');
  await until('during', 'Running'); // by the second, once the lease of the first was not renewed for its duration
  await until('before', 'gone');
  const containers = await listAllOf(clusterName);
  expect(containers.length).toBe(1);

  const before = first.changes.length;
  first.program.signal('SIGCONT');
  await sleep(8_000); // the time in which it must do nothing: the case itself
  expect(first.changes.slice(before)).toEqual([]);
  expect(await listAllOf(clusterName)).toEqual(containers);
  await waitFor('the first to end', () => !first.program.running, 40_000);
  expect(first.said.join('\n')).toMatch(/lease .* (is held and renewed by|was taken over)/);

  const third = await aProgram('controller', 'third');
  const tookMs = await second.program.stop();
  expect(tookMs).not.toBe(null);
  expect(tookMs).toBeLessThan(10_000);
  const fromMs = performance.now();
  third.program.start();
  await third.program.ready;
  await create('after');
  await until('after', 'Running');
  expect(performance.now() - fromMs).toBeLessThan(15_000); // not the 15 s of a lease that nobody gave back
  expect((await listAllOf(clusterName)).length).toBe(2);
}, 240_000);
