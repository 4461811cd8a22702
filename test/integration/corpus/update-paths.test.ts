// Ways around admission that write what is stored already, or make it in another way (security.md 5 "bypass classes", 11 class 14).
// Suspended sessions, so that no engine is needed for what is about the API server alone.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PINNED_IMAGE } from '../../support/session-builder.ts';
import { idsOfAnswer, type RawAnswer, sessionsPath } from './raw-api.ts';
import { type CorpusRig, openCorpusRig } from './rig.ts';
import { changes, removals, SPEC } from './changes.ts';
import {
  applyWithoutForce,
  type Change,
  readStored,
  STATUS_PATHS,
  type Stored,
  type Target,
  WRITE_PATHS,
} from './write-paths.ts';

const NAMESPACE = 'sandbox';

let rig: CorpusRig;
let count = 0;
beforeAll(async () => {
  rig = await openCorpusRig();
});
afterAll(() => rig.close());

const objectNamed = (name: string, spec: object = SPEC) => ({
  apiVersion: 'mcpsession.dev/v1alpha1',
  kind: 'McpSession',
  metadata: { name },
  spec,
});

async function aTarget(): Promise<Target> {
  count += 1;
  const name = `target-${count}`;
  const made = await rig.api.request({
    method: 'POST',
    path: sessionsPath(NAMESPACE),
    body: JSON.stringify(objectNamed(name)),
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { api: rig.api, namespace: NAMESPACE, name };
}

/** What a person may change of a session. */
const asked = ({ spec, metadata }: Stored) => ({
  spec,
  labels: metadata.labels,
  annotations: metadata['annotations' as never],
});

describe.each(Object.entries(WRITE_PATHS))('security.md 11 class 14: by %s', (_path, write) => {
  test('nothing that is refused at creation gets in, and immutable fields hold', async () => {
    const target = await aTarget();
    const before = asked(await readStored(target));
    const found: { readonly name: string; readonly ids: readonly string[] }[] = [];
    for (const { name, change } of changes) found.push({ name, ids: idsOfAnswer(await write(target, change)) });
    expect(found).toEqual(changes.map(({ name, want }) => ({ name, ids: [want] })));
    expect(asked(await readStored(target))).toEqual(before);
  });

  test('what may change can be changed', async () => {
    const target = await aTarget();
    const labels = { 'user.mcpsession.dev/ticket': '1', app: 'x' };
    const lifetime = { ...((await readStored(target)).spec['lifetime'] as object), ttlSeconds: 300 };
    const answer = await write(target, { spec: { lifetime }, labels });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    expect(await readStored(target)).toMatchObject({ spec: { lifetime }, metadata: { labels } });
  });
});

describe.each(['merge patch', 'JSON patch', 'PUT'] as const)('security.md 11 class 14: by %s', (path) => {
  test.each(removals)('%s cannot be taken away to get its default back', async (field) => {
    const target = await aTarget();
    const before = asked(await readStored(target));
    const answer = await WRITE_PATHS[path]?.(target, { spec: { [field]: null } });
    expect(idsOfAnswer(answer)).toEqual(['SCHEMA']);
    expect(asked(await readStored(target))).toEqual(before);
  });
});

describe.each(Object.entries(STATUS_PATHS))('security.md 5: by %s', (_path, write) => {
  test('neither spec nor labels change, whatever it says', async () => {
    const target = await aTarget();
    const before = asked(await readStored(target));
    for (const { change } of changes) await write(target, change);
    expect(asked(await readStored(target))).toEqual(before);
  });
});

describe('security.md 11 class 14: sequences', () => {
  test('server-side apply against the manager of a field is a conflict, and by force it is judged', async () => {
    const target = await aTarget();
    const lower: Change = { spec: { lifetime: { ttlSeconds: 300 } } };
    const higher: Change = { spec: { lifetime: { ttlSeconds: 86_400 } } };
    expect((await applyWithoutForce(target, lower)).status).toBe(409);
    expect((await applyWithoutForce(target, higher)).status).toBe(409);
    expect(idsOfAnswer(await WRITE_PATHS['server-side apply by force']?.(target, higher))).toEqual(['MCPS-401']);
    expect((await WRITE_PATHS['server-side apply by force']?.(target, lower))?.status).toBe(200);
    expect((await readStored(target)).spec['lifetime']).toMatchObject({ ttlSeconds: 300 });
  });

  test.each([
    { name: 'server-side apply', contentType: 'application/apply-patch+yaml', query: '&fieldManager=a&force=true' },
    { name: 'merge patch', contentType: 'application/merge-patch+json', query: '' },
  ])('a session is not made hostile by $name of a name that is free', async ({ contentType, query }) => {
    const path = `${sessionsPath(NAMESPACE, 'not-there')}?fieldValidation=Strict${query}`;
    const body = JSON.stringify(objectNamed('not-there', { image: PINNED_IMAGE, security: { privileged: true } }));
    const answer = await rig.api.request({ method: 'PATCH', path, contentType, body });
    expect(answer.status).toBe(query === '' ? 404 : 422);
    expect((await rig.api.request({ method: 'GET', path: sessionsPath(NAMESPACE, 'not-there') })).status).toBe(404);
  });

  test('PUT makes no session', async () => {
    const path = sessionsPath(NAMESPACE, 'not-there');
    const hostile = JSON.stringify(objectNamed('not-there', { image: PINNED_IMAGE, security: { privileged: true } }));
    expect((await rig.api.request({ method: 'PUT', path, body: hostile })).status).toBeGreaterThanOrEqual(400);
    expect((await rig.api.request({ method: 'GET', path })).status).toBe(404);
  });

  test('a session that is made, deleted and made again at once is judged each time', async () => {
    const name = 'short-lived';
    const write = (method: 'POST' | 'PUT' | 'DELETE', spec: object = SPEC): Promise<RawAnswer> =>
      rig.api.request({
        method,
        path: sessionsPath(NAMESPACE, method === 'POST' ? '' : name),
        ...(method === 'DELETE' ? {} : { body: JSON.stringify(objectNamed(name, spec)) }),
      });
    const hostile = { image: PINNED_IMAGE, security: { privileged: true } };
    const answers: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      answers.push((await write('POST')).status, (await write('PUT', hostile)).status);
      await write('DELETE');
      answers.push((await write('POST', hostile)).status);
    }
    expect(answers.filter((status) => status < 300).length).toBeLessThanOrEqual(5); // the harmless ones, where the name was free
    const { status, body } = await rig.api.request({ method: 'GET', path: sessionsPath(NAMESPACE, name) });
    const left = status === 404 ? false : (body as unknown as Stored).spec['security'];
    expect(left).not.toMatchObject({ privileged: true });
  });

  test('a name that the server makes up, a dry run and metadata alone are judged like any other', async () => {
    const made = {
      ...objectNamed('x', { image: PINNED_IMAGE, security: { privileged: true } }),
      metadata: { generateName: 'x-' },
    };
    for (const query of ['', '?dryRun=All']) {
      const path = `${sessionsPath(NAMESPACE)}${query}`;
      expect(idsOfAnswer(await rig.api.request({ method: 'POST', path, body: JSON.stringify(made) }))).toEqual([
        'MCPS-101',
      ]);
    }
    const { name } = await aTarget();
    const partial = {
      apiVersion: 'meta.k8s.io/v1',
      kind: 'PartialObjectMetadata',
      metadata: { labels: { 'mcpsession.dev/node': 'x' } },
    };
    const patched = await rig.api.request({
      method: 'PATCH',
      path: sessionsPath(NAMESPACE, name),
      contentType: 'application/merge-patch+json',
      body: JSON.stringify(partial),
    });
    expect(patched.status).toBeGreaterThanOrEqual(400);
  });

  test('a patch of ten thousand operations, or of a field deep inside, is answered', async () => {
    const target = await aTarget();
    const before = asked(await readStored(target));
    const send = (operations: readonly object[]): Promise<RawAnswer> =>
      rig.api.request({
        method: 'PATCH',
        path: sessionsPath(NAMESPACE, target.name),
        contentType: 'application/json-patch+json',
        body: JSON.stringify(operations),
      });
    const one = { op: 'add', path: '/spec/env/-', value: { name: 'B', value: 'x' } };
    expect((await send(Array.from({ length: 10_001 }, () => one))).status).toBe(413);
    expect(idsOfAnswer(await send([one]))).toEqual(['SCHEMA']);
    expect(idsOfAnswer(await send([{ op: 'copy', from: '/spec/env', path: '/spec/command' }]))).toEqual(['SCHEMA']);
    expect(idsOfAnswer(await send([{ op: 'move', from: '/spec/user', path: '/spec/lifetime' }]))).toEqual(['SCHEMA']);
    expect(asked(await readStored(target))).toEqual(before);
  });
});
