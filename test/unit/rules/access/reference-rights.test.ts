import { describe, expect, test } from 'vitest';
import type { AccessRequest } from '../../../../src/model/caller.ts';
import {
  addedObjects,
  MAX_REFERENCED_OBJECTS,
  namedObjects,
  referenceViolations,
} from '../../../../src/rules/access/reference-rights.ts';
import { renderCauseText } from '../../../../src/rules/render.ts';

const requester = { username: 'dana', uid: '', groups: ['team-a'], extra: {} };
const secret = (name: string) => ({ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } });
const configMap = (name: string) => ({ name: 'B', valueFrom: { configMapKeyRef: { name, key: 'k' } } });

async function judge(spec: unknown, allowed: readonly string[] = []) {
  const asked: string[] = [];
  const mayGet = async ({ verb, resource, namespace, name }: AccessRequest) => {
    asked.push(`${verb} ${namespace}/${resource}/${name}`);
    return allowed.includes(`${resource}/${name}`);
  };
  const objects = namedObjects(spec);
  const violations = await referenceViolations({ namespace: 'team-a', requester, objects }, mayGet);
  return { asked, violations };
}

describe('MCPS-612: what a spec refers to', () => {
  test('is asked for once each, in the namespace of the session alone', async () => {
    const spec = { env: [secret('db'), configMap('db'), secret('db')], imagePullSecrets: [{ name: 'registry' }] };
    const { asked, violations } = await judge(spec, ['secrets/db', 'configmaps/db']);
    expect(asked).toEqual(['get team-a/secrets/db', 'get team-a/configmaps/db', 'get team-a/secrets/registry']);
    expect(violations).toEqual([
      {
        rule: 'MCPS-612',
        kind: 'forbidden',
        path: 'spec.imagePullSecrets[0]',
        message: 'dana may not get Secret registry',
        fix: 'ask an admin of the namespace for the right',
      },
    ]);
  });

  test('is refused in words that fit and do not tell whether it exists', async () => {
    const { violations } = await judge({ env: [secret('d'.repeat(253))] });
    const [text = ''] = violations.map(renderCauseText);
    expect(text).toMatch(/^Forbidden: \[MCPS-612\] dana may not get Secret d+…; fix: ask an admin/);
    expect(text).toContain('(mcpsession.dev/r/612)');
    expect(Array.from(text).length).toBeLessThanOrEqual(200);
  });

  test('is not asked for when there is too much of it', async () => {
    const names = Array.from({ length: MAX_REFERENCED_OBJECTS + 1 }, (_, index) => `s${index}`);
    const { asked, violations } = await judge({ env: names.map((name) => secret(name)) });
    expect(asked).toEqual([]);
    expect(violations.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      'MCPS-612: names 33 Secrets and ConfigMaps; at most 32 are allowed',
    ]);
  });

  test.each([
    ['nothing', undefined],
    ['no object', 'spec'],
    ['no list', { env: { 0: secret('db') }, imagePullSecrets: 'x' }],
    ['literal values', { env: [{ name: 'A', value: 'x' }, null, 7] }],
    ['a name that is no text', { env: [{ valueFrom: { secretKeyRef: { name: 7 } } }] }],
    ['an inherited one', { env: [{ valueFrom: Object.create({ secretKeyRef: { name: 'db' } }) as unknown }] }],
  ])('is nothing in %s', (_, spec) => {
    expect(namedObjects(spec)).toEqual([]);
  });

  test('counts on an update only where it is new', () => {
    const before = { env: [secret('db')] };
    const after = { env: [secret('db'), configMap('db'), secret('other')] };
    expect(addedObjects(after, before).map(({ kind, name }) => `${kind}/${name}`)).toEqual([
      'ConfigMap/db',
      'Secret/other',
    ]);
    expect(addedObjects(before, before)).toEqual([]);
  });

  test('is unknown when nobody can tell', async () => {
    const asked = { namespace: 'team-a', requester, objects: namedObjects({ env: [secret('db')] }) };
    const away = referenceViolations(asked, () => Promise.reject(new Error('no answer')));
    await expect(away).rejects.toThrow('no answer');
  });
});
