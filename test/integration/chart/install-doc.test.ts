// docs/install.md: every command of it runs here on an installed release, in the order of a release's life. What needs a kubelet is run by
// the tests of a real cluster; that they do is looked up in their sources.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../support/wait-for.ts';
import { aSessionObject } from '../webhook/floor-rig.ts';
import { type InstalledRig, openInstalledRig, untilFloor } from './installed-rig.ts';

const ROOT = join(import.meta.dirname, '../../..');
const SYSTEM = 'mcpsession-system';

/** By the command; `words` are in that file. */
const ON_A_CLUSTER: Readonly<Record<string, { readonly file: string; readonly words: string }>> = {
  'helm test mcpsession -n mcpsession-system': { file: 'install.test.ts', words: "helm('test', RELEASE" },
  'kubectl apply -f examples/01-hello.yaml': { file: 'examples.test.ts', words: "'01-hello'" },
  'kubectl wait --for=condition=Ready mcps/hello --timeout=60s': {
    file: 'support/sessions.ts',
    words: "kubectl('wait', '-n', namespace, '--for=condition=Ready'",
  },
  'mcpsession exec hello -- id': { file: 'from-outside.test.ts', words: "exec(SESSION, '--', 'id')" },
};
/** Waits for pods or for a controller manager; the tests of a real cluster do wait. */
const WAITS = ' --wait';

let rig: InstalledRig;
let sections: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  sections = commandsOf(await readFile(join(ROOT, 'docs/install.md'), 'utf8'));
  rig = await openInstalledRig();
});
afterAll(() => rig.close());

/** By the heading that they stand below: lines of consoles, and commands in tables. */
function commandsOf(text: string): ReadonlyMap<string, readonly string[]> {
  const parts = text.split(/^## /m).slice(1);
  return new Map(
    parts.map((part) => {
      const title = part.slice(0, part.indexOf('\n'));
      const lines = [...part.matchAll(/^\$ (.+)$/gm)].map(([, line]) => line ?? '');
      const cells = [...part.matchAll(/\| `((?:kubectl|helm) [^`]+)` \|$/gm)].map(([, cell]) => cell ?? '');
      return [title, [...lines, ...cells]];
    }),
  );
}

async function runAll(commands: readonly string[]): Promise<void> {
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) {
    if (ON_A_CLUSTER[command] !== undefined) continue;
    const [program = '', ...args] = command.replace(WAITS, '').split(' ');
    if (args[0] === 'delete') args.push('--wait=false');
    const paths = args.map((arg) => (/^(charts|examples)\//.test(arg) ? join(ROOT, arg) : arg));
    const ran = program === 'helm' ? await rig.helmAt(...paths) : await rig.server.kubectl(paths);
    expect(ran, command).toMatchObject({ code: 0 });
  }
}
const runSection = (title: string): Promise<void> => runAll(sections.get(title) ?? []);

test('what needs a kubelet is run on a real cluster', async () => {
  const all = new Set([...sections.values()].flat());
  for (const [command, { file, words }] of Object.entries(ON_A_CLUSTER)) {
    expect(all).toContain(command);
    expect(await readFile(join(ROOT, 'test/cluster/install', file), 'utf8'), command).toContain(words);
  }
  const helmOnCluster = await readFile(join(ROOT, 'test/cluster/install/support/helm.ts'), 'utf8');
  for (const verb of ['install', 'upgrade', 'uninstall']) expect(helmOnCluster).toContain(`helm('${verb}', RELEASE`);
  expect(helmOnCluster).toContain("'--wait'");
  expect(all.size).toBeGreaterThan(20);
});

test('the README installs with the same commands', async () => {
  const readme = commandsOf(await readFile(join(ROOT, 'README.md'), 'utf8')).get('On a cluster') ?? [];
  expect(readme).toHaveLength(2);
  for (const command of readme) expect(sections.get('Install')).toContain(command);
});

test('the three rights of the way from outside are those of the example', async () => {
  const doc = await readFile(join(ROOT, 'docs/install.md'), 'utf8');
  const example = await readFile(join(ROOT, 'examples/rbac/from-outside.yaml'), 'utf8');
  const rights = doc.match(/^ {2}- \{apiGroups.*$/gm);
  expect(rights).toHaveLength(3);
  expect(example).toContain(rights?.join('\n'));
});

test('install, the way from your machine, and the label of the namespace', async () => {
  await runSection('Install');
  await runSection('From your machine');
  await runSection('What needs root, and why');
});

test('upgrade', async () => {
  await rig.kubectl(['delete', 'validatingwebhookconfiguration', 'mcpsession']);
  await untilFloor(rig);
  await waitFor('a session', async () => {
    const created = await rig.server.kubectl(['create', '-f', '-'], JSON.stringify(aSessionObject('hello')));
    return created.code === 0;
  });
  await rig.kubectl(
    ['create', '-f', '-'],
    '{"apiVersion":"mcpsession.dev/v1alpha1","kind":"McpNode","metadata":{"name":"node-1"}}',
  );
  await runSection('Upgrade');
});

const TAKE_OVER = 'helm install mcpsession charts/mcp-session-operator -n mcpsession-system --take-ownership'; // see installed.test.ts
const COME_BACK = 'helm install mcpsession charts/mcp-session-operator -n mcpsession-system --wait';
/** Made by the front end, which does not run here. */
const CONFIG_MAP = 'mcpsession-frontend';

test('every look of the troubleshooting', async () => {
  const commands = sections.get('Troubleshooting') ?? [];
  expect(commands).toContain(TAKE_OVER);
  expect(commands).toContain(COME_BACK);
  const looks = commands.filter((command) => command !== TAKE_OVER && command !== COME_BACK);
  expect(looks.length).toBeGreaterThan(10);
  await rig.kubectl(['create', 'configmap', CONFIG_MAP, '-n', SYSTEM]);
  await runAll(looks);
});

test('uninstall, and the release that comes back', async () => {
  const [deleteSessions, uninstall] = sections.get('Uninstall') ?? [];
  expect(deleteSessions).toBe('kubectl delete mcps --all -A');
  await runAll([uninstall ?? '', COME_BACK]);
});

test('after all of the uninstall nothing of it is left in the cluster', async () => {
  await runAll(sections.get('Uninstall') ?? []);
  await waitFor('the definitions to go', async () => {
    const left = await rig.kubectl(['get', 'crd,clusterrole,validatingadmissionpolicy', '-o', 'name']);
    return !left.includes('mcpsession');
  });
});
