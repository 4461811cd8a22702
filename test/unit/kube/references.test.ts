import { describe, expect, test } from 'vitest';
import { createReferences } from '../../../src/kube/references.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import type { Reference } from '../../../src/model/references.ts';
import { createFakeClient } from './fake-client.ts';

const never = new AbortController().signal;
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64');

const OBJECTS: Readonly<Record<string, unknown>> = {
  '/api/v1/namespaces/team-a/secrets/db': {
    data: {
      url: base64('postgres://\u00fc'),
      empty: '',
      nul: base64('hunter2\0'),
      binary: base64(new Uint8Array([0xff, 0xfe])),
      long: base64('hunter2'.repeat(5_000)),
      most: base64('x'.repeat(32_768)),
    },
  },
  '/api/v1/namespaces/team-a/configmaps/settings': {
    data: { level: 'debug' },
    binaryData: { mark: base64('\ufeffx') },
  },
};

function setUp(fault: OperatorError | null = null) {
  const client = createFakeClient(({ path }) => {
    if (fault !== null) throw fault;
    const found = OBJECTS[path];
    if (found === undefined) throw new OperatorError('not-found', 'secrets "x" not found');
    return found;
  });
  const read = (...references: readonly Partial<Reference>[]) =>
    createReferences(client).read(
      'team-a',
      references.map((change) => ({
        kind: 'Secret',
        name: 'db',
        key: 'url',
        variable: 'DB',
        optional: false,
        ...change,
      })),
      never,
    );
  return { client, read };
}

describe('values of references', () => {
  test('come from Secrets and ConfigMaps, each object read once, by name', async () => {
    const { client, read } = setUp();
    const found = await read(
      {},
      { key: 'empty', variable: 'EMPTY' },
      { kind: 'ConfigMap', name: 'settings', key: 'level', variable: 'LEVEL' },
      { kind: 'ConfigMap', name: 'settings', key: 'mark', variable: 'MARK' },
    );
    expect(found).toEqual([
      { name: 'DB', value: 'postgres://\u00fc' },
      { name: 'EMPTY', value: '' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'MARK', value: '\ufeffx' },
    ]);
    expect(client.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/namespaces/team-a/secrets/db',
      'GET /api/v1/namespaces/team-a/configmaps/settings',
    ]);
  });

  test('are left out where they are optional and absent', async () => {
    const { read } = setUp();
    expect(await read({ key: 'none', optional: true }, { name: 'none', optional: true })).toEqual([]);
  });

  test.each([
    { name: 'no object', reference: { name: 'none' }, kind: 'not-found', says: 'there is no Secret none' },
    { name: 'no key', reference: { key: 'none' }, kind: 'not-found', says: 'Secret db has no key none' },
    { name: 'an inherited key', reference: { key: 'constructor' }, kind: 'not-found', says: 'has no key constructor' },
    { name: 'a NUL', reference: { key: 'nul' }, kind: 'invalid', says: 'NUL byte' },
    { name: 'no text', reference: { key: 'binary' }, kind: 'invalid', says: 'is not UTF-8 text' },
    { name: 'too long', reference: { key: 'long' }, kind: 'invalid', says: '35000 bytes; at most 32768' },
    { name: 'a name that is a path', reference: { name: '..' }, kind: 'invalid', says: 'is not a name' },
  ])('$name is told without the value', async ({ reference, kind, says }) => {
    const thrown = await setUp()
      .read(reference)
      .catch((error: unknown) => error);
    expect(thrown).toMatchObject({ kind });
    expect(String(thrown)).toContain(says);
    expect(JSON.stringify(thrown, Object.getOwnPropertyNames(thrown))).not.toContain('hunter2');
  });

  test('are bounded all together', async () => {
    const many = Array.from({ length: 33 }, (_, index) => ({ key: 'most', variable: `V${index}` }));
    await expect(setUp().read(...many)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(setUp().read(...many.slice(0, 31))).resolves.toHaveLength(31);
  });

  test('that the controller may not read say who can allow it', async () => {
    const denied = setUp(new OperatorError('forbidden', 'secrets "db" is forbidden'));
    await expect(denied.read({})).rejects.toMatchObject({
      kind: 'forbidden',
      message:
        'the controller may not get Secret db in namespace team-a; an admin of the namespace has to allow it (docs/policy.md, "Secrets")',
    });
  });

  test.each(['timeout', 'unavailable', 'rate-limited'] as const)('nobody knows them after %s', async (kind) => {
    const away = setUp(new OperatorError(kind, 'no answer'));
    await expect(away.read({ optional: true })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
