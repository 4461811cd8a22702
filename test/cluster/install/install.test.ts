// `helm install` as a person has it on an empty cluster: no value set, one command, ready.

import { beforeAll, expect, test } from 'vitest';

import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { kubectl } from '../support/cluster-command.ts';
import { helm, install, RELEASE } from './support/helm.ts';
import { PATIENCE } from './support/sessions.ts';

const READY_WITHIN_MS = 60_000;
/** A machine that is busy may well be the reason for other warnings. */
const COMPLAINTS = /"level":"error"|forbidden|cannot (get|list|watch|create|update|patch)|no node state/i;

let said: string;
let tookMs: number;
beforeAll(async () => {
  const beganMs = performance.now();
  said = await install();
  tookMs = performance.now() - beganMs;
  process.stdout.write(`helm install --wait: ready after ${(tookMs / 1000).toFixed(1)} s\n`);
});

test('helm install without a single value is ready within a minute, and says what to do next', () => {
  expect(tookMs).toBeLessThan(READY_WITHIN_MS);
  expect(said).toContain('STATUS: deployed');
  expect(said).toContain('kubectl apply -f examples/01-hello.yaml');
  expect(said).not.toContain('WARNING');
});

test('both webhooks, placement, the front end and one controller on each node are ready, none of them restarted', async () => {
  const columns =
    '{range .items[*]}{.metadata.labels.app\\.kubernetes\\.io/component} {.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount}{"\\n"}{end}';
  const pods = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-o', `jsonpath=${columns}`);
  const parts = ['controller', 'controller', 'frontend', 'placement', 'webhook', 'webhook'];
  expect(pods.split('\n').toSorted()).toEqual(parts.map((part) => `${part} true 0`));
  const where = '{range .items[*]}{.spec.nodeName}{"\\n"}{end}';
  for (const part of ['controller', 'webhook']) {
    const label = `app.kubernetes.io/component=${part}`;
    const nodes = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-l', label, '-o', `jsonpath=${where}`);
    expect(nodes.split('\n').toSorted(), part).toEqual(['node-1', 'node-2']);
  }
});

test('each node says that its engine answers', async () => {
  await kubectl('wait', 'mcpn/node-1', 'mcpn/node-2', '--for=condition=DockerReady', PATIENCE);
});

test('no program has anything to complain of, such as a right that is missing or a directory that is not its own', async () => {
  for (const part of ['controller', 'placement', 'webhook', 'frontend']) {
    const label = `app.kubernetes.io/component=${part}`;
    const log = await kubectl('logs', '-n', SYSTEM_NAMESPACE, '-l', label, '--tail=-1');
    expect(
      log.split('\n').filter((line) => COMPLAINTS.test(line)),
      part,
    ).toEqual([]);
  }
});

test('helm test asks the webhook, the front end and the nodes, all of them pass, and --logs shows what they said', async () => {
  const output = await helm('test', RELEASE, '--logs', '--timeout', '180s');
  const suites = output.split('TEST SUITE:').slice(1);
  const phases = suites.map((text) => [text.trim().split('\n', 1)[0], /Phase: +(\w+)/.exec(text)?.[1]]);
  for (const part of ['webhook', 'frontend', 'nodes']) {
    expect(Object.fromEntries(phases)).toMatchObject({ [`mcpsession-test-${part}`]: 'Succeeded' });
    expect(output).toContain(`PASS ${part}:`);
  }
});
