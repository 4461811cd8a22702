// The generated definitions on a real API server: what it accepts, defaults, refuses, shows, and that it agrees with zod.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseSessionSpec } from '../../../src/model/session.ts';
import { sharedApiServer } from '../../support/api-server.ts';
import { aSessionSpec, PINNED_IMAGE } from '../../support/session-builder.ts';

const server = sharedApiServer();
let namespace = '';
beforeAll(async () => {
  namespace = await server.newNamespace();
});

const manifest = (name: string, spec: unknown): string =>
  JSON.stringify({ apiVersion: 'mcpsession.dev/v1alpha1', kind: 'McpSession', metadata: { name, namespace }, spec });

/** Applies on the server's side, so that nothing but the definition decides. */
const apply = (name: string, spec: unknown, flags: readonly string[] = []) =>
  server.kubectl(['apply', '--server-side', ...flags, '-f', '-'], manifest(name, spec));

const read = async (name: string, path: string): Promise<string> =>
  (await server.kubectl(['get', 'mcps', name, '-n', namespace, '-o', `jsonpath={${path}}`])).stdout;

test('the server fills in the defaults that zod fills in', async () => {
  expect(await apply('defaults', { image: PINNED_IMAGE })).toMatchObject({ code: 0 });
  expect(JSON.parse(await read('defaults', '.spec'))).toEqual(aSessionSpec());
});

describe('the server and zod agree', () => {
  const image = PINNED_IMAGE;
  test.each([
    { name: 'an empty spec', spec: {} },
    { name: 'an empty image', spec: { image: '' } },
    { name: 'a quantity', spec: { image, resources: { cpu: '1.5', memory: '100M' } } },
    { name: 'a quantity that is none', spec: { image, resources: { memory: '-1' } } },
    { name: 'a text where a number belongs', spec: { image, user: { uid: 'root' } } },
    { name: 'a fraction where a whole number belongs', spec: { image, resources: { pids: 1.5 } } },
    { name: 'a number at its bound', spec: { image, lifetime: { ttlSeconds: 2_592_000 } } },
    { name: 'a number beyond its bound', spec: { image, lifetime: { ttlSeconds: 2_592_001 } } },
    { name: 'an unknown word', spec: { image, network: { mode: 'host' } } },
    { name: 'a variable with a bad name', spec: { image, env: [{ name: '1A', value: 'x' }] } },
    { name: 'too many items', spec: { image, command: Array.from({ length: 65 }, () => 'x') } },
    {
      name: 'dangerous fields, which are for rules to refuse',
      spec: { image, security: { privileged: true, pidMode: 'host' } },
    },
  ])('about $name', async ({ spec }) => {
    const { code } = await apply('compared', spec, ['--dry-run=server']);
    expect(code === 0).toBe(parseSessionSpec(spec).spec !== null);
  });

  test('about every example of a refused session, which fit the schema so that rules can refuse them', async () => {
    const folder = join(import.meta.dirname, '../../../examples/denied');
    const applied = await server.kubectl(['apply', '--dry-run=server', '-f', folder]);
    const created = applied.stdout.split('\n').filter((line) => line.includes('created'));
    expect(created).toHaveLength(readdirSync(folder).filter((name) => name.endsWith('.yaml')).length);
  });
});

test('an unknown field is refused by name', async () => {
  const applied = await server.kubectl(['apply', '-f', '-'], manifest('unknown', { image: PINNED_IMAGE, yolo: true }));
  expect(applied.stderr).toContain('unknown field "spec.yolo"');
});

test('everything but operatingMode and lifetime is frozen, with a sentence that says what to do', async () => {
  await apply('frozen', { image: PINNED_IMAGE, env: [{ name: 'A', value: 'x' }] });
  const changed = await apply('frozen', { image: 'other', env: [{ name: 'A', value: 'y' }], user: { uid: 5 } });
  for (const field of ['image', 'env', 'user']) {
    expect(changed.stderr).toContain(
      `* spec.${field}: Forbidden: spec.${field} is immutable; only operatingMode and lifetime can change. Delete the session and create a new one.`,
    );
  }
  const mutable = { operatingMode: 'Suspended', lifetime: { ttlSeconds: 60 } };
  const suspended = await apply('frozen', { image: PINNED_IMAGE, env: [{ name: 'A', value: 'x' }], ...mutable });
  expect(suspended).toMatchObject({ code: 0 });
  expect(await read('frozen', '.spec.lifetime.ttlSeconds')).toBe('60');
});

test('a listing shows the columns, and kubectl explains every field', async () => {
  await apply('listed', { image: PINNED_IMAGE });
  const listed = await server.kubectl(['get', 'mcps', 'listed', '-n', namespace, '-o', 'wide']);
  expect(
    listed.stdout
      .split('\n')[0]
      ?.split(/\s+/)
      .filter((word) => word !== ''),
  ).toEqual(['NAME', 'READY', 'STATUS', 'IMAGE', 'NODE', 'EXPIRES', 'AGE', 'PROFILE', 'NETWORK', 'OWNER', 'CONTAINER']);
  const nodes = await server.kubectl(['explain', 'mcpn.status.engine.version']);
  expect(nodes.stdout).toContain('Version of the Docker Engine.');
  const unassigned = await server.kubectl([
    'get',
    'mcps',
    '-n',
    namespace,
    '--field-selector',
    'status.assignment.nodeName=',
  ]);
  expect(unassigned.stdout).toContain('listed');
});
