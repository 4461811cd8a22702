// A release that is changed: to an image that is not there, and back; to a policy with directories of the nodes.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { SYSTEM_NAMESPACE } from '../../../src/model/names.ts';
import { apply, kubectl } from '../support/cluster-command.ts';
import { createDuring } from './support/creates.ts';
import { ensureInstalled, rollback, upgrade } from './support/helm.ts';
import {
  adminClient,
  makeNamespace,
  PATIENCE,
  removeNamespace,
  runningContainers,
  sessionObject,
  untilReady,
  valueOf,
} from './support/sessions.ts';

const NAMESPACE = 'ct-changed';
const NO_IMAGE = ['--set', 'image.tag=0.0.0-nowhere', '--timeout', '15s'];

let client: KubeClient;
beforeAll(async () => {
  client = adminClient();
  await ensureInstalled();
  await makeNamespace(NAMESPACE);
});
afterAll(async () => {
  await client.close();
  await removeNamespace(NAMESPACE);
});

test('an upgrade to an image that is not there fails and is told; sessions run on, creates go on, and a rollback mends it', async () => {
  await apply(sessionObject({ namespace: NAMESPACE, name: 'stays' }));
  await untilReady(NAMESPACE, 'stays');
  const containers = await runningContainers();
  let said = '';
  let whyNot = '';
  const brokenUpgrade = async (): Promise<void> => {
    said = await upgrade(...NO_IMAGE).then(
      () => 'upgraded',
      (thrown: unknown) => String(thrown),
    );
    const waiting = '{range .items[*]}{.status.containerStatuses[0].state.waiting.message}{end}';
    whyNot = await kubectl('get', 'pods', '-n', SYSTEM_NAMESPACE, '-o', `jsonpath=${waiting}`);
  };
  const load = { client, namespaces: [NAMESPACE], atLeast: 20, retries: false };
  expect((await createDuring(brokenUpgrade, load)).wrong).toEqual([]);
  expect(said).toContain('not ready');
  expect(whyNot).toContain('mcp-session-operator:0.0.0-nowhere');
  expect(await runningContainers()).toEqual(containers);

  await rollback();
  await untilReady(NAMESPACE, 'stays');
  expect(await runningContainers()).toEqual(containers);
});

/** The nodes see the /srv of this machine. */
test('what lies below a directory that policy allows is mounted read-only, compared, and seen by the session', async () => {
  const root = await mkdtemp('/srv/mcpsession-cluster-test-');
  try {
    await mkdir(join(root, 'data'));
    await upgrade('--set', `policy.mounts.allowedRoots={${root}}`);
    const mounts = [{ hostPath: join(root, 'data'), target: '/data' }];
    // The command ends well only where it can list the directory and cannot write there.
    const command = ['sh', '-c', 'ls /data && ! touch /data/file'];
    await apply(sessionObject({ namespace: NAMESPACE, name: 'host-data' }, { mounts, command }));
    await kubectl('wait', '-n', NAMESPACE, 'mcps/host-data', '--for=condition=Finished', PATIENCE);
    expect(await valueOf(NAMESPACE, 'host-data', '.status.exitCode')).toBe('0');
    const control = '.status.isolation.controls[?(@.id=="mounts")]';
    expect(await valueOf(NAMESPACE, 'host-data', `${control}.got`)).toContain(`${root}/data:/data:ro`);
    expect(await valueOf(NAMESPACE, 'host-data', `${control}.ok`)).toBe('true');
    await kubectl('delete', '-n', NAMESPACE, 'mcps/host-data', PATIENCE);
    await rollback();
  } finally {
    await rm(root, { recursive: true });
  }
});
