// The values for kind. There is no kind here: what can be seen without it is that they render, and what they change.

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { KIND_VALUES } from '../../../hack/kind/kind-cluster.ts';
import { CHART, helm, one, type Rendered, template, templateText } from './render.ts';

const ROOT = join(import.meta.dirname, '../../..');

test('the values for kind are taken by the schema and by helm lint', async () => {
  const ran = await helm('lint', '--strict', CHART, '--values', KIND_VALUES);
  expect(ran.stdout).toContain('1 chart(s) linted, 0 chart(s) failed');
});

test('they change the image and the place of the socket, and nothing else', async () => {
  const text = await templateText({}, '--values', KIND_VALUES);
  const objects = parseAllDocuments(text, { version: '1.1' }).flatMap(
    (document) => (document.toJS() as Rendered | null) ?? [],
  ); // objects, or empty
  const controller = one(objects, 'DaemonSet', 'mcpsession-controller').spec.template.spec;
  expect(controller.volumes.find(({ name }) => name === 'docker')?.hostPath).toMatchObject({ path: '/host-docker' });
  const settings = one(objects, 'ConfigMap', 'mcpsession-controller-settings').data['controller.yaml'] ?? '';
  expect(parseRoleSettings('controller', settings, 'controller.yaml')).toMatchObject({
    ok: true,
    value: { docker: { socketPath: '/host/docker/docker.sock' } },
  });
  const plain = (of: readonly Rendered[]) =>
    JSON.stringify(of)
      .replaceAll('mcp-session-operator:dev', 'IMAGE')
      .replaceAll('mcp-session-operator:0.1.0', 'IMAGE')
      .replaceAll('"imagePullPolicy":"Never"', '"imagePullPolicy":"IfNotPresent"')
      .replaceAll('"/host-docker"', '"/var/run"');
  expect(plain(objects)).toBe(plain(await template()));
});

test('where there is no kind, make kind-up and kind-down say so, and where to get it', () => {
  const run = (word: string) =>
    spawnSync(process.execPath, ['hack/kind/main.ts', word], {
      cwd: ROOT,
      env: { PATH: join(ROOT, 'docs'), HOME: process.env['HOME'] ?? '/' },
      encoding: 'utf8',
    });
  const up = run('up');
  expect([up.status, up.stdout]).toEqual([1, '']);
  expect(up.stderr).toMatch(/^make kind-up cannot run here:\n {2}kind is not on PATH: https:\/\/kind\.sigs\.k8s\.io/);
  expect(run('down').stderr).toBe(
    'kind is not on PATH: https://kind.sigs.k8s.io/docs/user/quick-start/#installation\n',
  );
});
