import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileFits } from '../../../src/model/fits.ts';
import { sessionStatusSchema } from '../../../src/model/session.ts';
import { sessionSpecSchema } from '../../../src/model/session-spec.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aWorld, runToRest } from '../../support/story.ts';

const fits = compileFits(sessionSpecSchema);

const full = aSessionSpec({
  command: ['a'],
  env: [
    { name: 'A', value: 'b' },
    { name: 'C', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } },
  ],
  mounts: [{ hostPath: '/srv/data', target: '/data' }],
  network: { egress: [{ host: 'example.com' }], ports: [{ containerPort: 80, hostIP: '127.0.0.1' }] },
  security: { devices: [{ hostPath: '/dev/kvm' }], sysctls: [{ name: 'a', value: 'b' }], capabilities: { add: ['X'] } },
  nodeSelector: { zone: 'a' },
  imagePullSecrets: [{ name: 's' }],
});

test('a complete spec fits, as the API server sends it', () => {
  expect(fits(JSON.parse(JSON.stringify(full)))).toBe(true);
});

test('what lacks a default does not fit: zod fills it in', () => {
  expect(fits({ image: 'a' })).toBe(false);
});

/** Every place in the spec, for changes of one thing. */
function places(value: unknown, path: readonly (string | number)[] = []): readonly (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => places(item, [...path, key as string | number]))];
}

function changed(whole: unknown, path: readonly (string | number)[], to: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(whole)) as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined) return to;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>; // the path comes from the same value
  if (to === undefined) delete at[last];
  else at[last] = to;
  return copy;
}

const values = fc.oneof(
  fc.constantFrom(
    undefined,
    null,
    '',
    'x',
    0,
    -1,
    1.5,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    true,
    [],
    {},
    ['x'],
    { bogus: 1 },
    'x'.repeat(5000),
  ),
  fc.string(),
  fc.integer(),
  fc.object({ maxDepth: 2 }),
);

test('whatever fits is what zod would return, unchanged', () => {
  let fitting = 0;
  fc.assert(
    fc.property(fc.constantFrom(...places(full)), values, (path, to) => {
      const candidate = changed(full, path, to);
      if (!fits(candidate)) return;
      fitting += 1;
      expect(sessionSpecSchema.parse(candidate)).toEqual(candidate);
    }),
    { numRuns: 3_000 },
  );
  expect(fitting).toBeGreaterThan(50);
});

test.each([
  { name: 'an unknown key', text: JSON.stringify({ ...full, bogus: 1 }) },
  { name: 'a key of the prototype', text: JSON.stringify(full).replace('{', '{"__proto__":{},') },
  { name: 'a prototype key in a map', text: JSON.stringify(full).replace('"zone":"a"', '"__proto__":"a"') },
  {
    name: 'a map with more entries than its bound',
    text: JSON.stringify({
      ...full,
      nodeSelector: Object.fromEntries(Array.from({ length: 33 }, (_, at) => [`k${at}`, 'v'])),
    }),
  },
])('$name does not fit', ({ text }) => {
  expect(fits(JSON.parse(text))).toBe(false);
});

test('the status of a running session fits, and whatever fits in its place is what zod would return', () => {
  const fitsStatus = compileFits(sessionStatusSchema);
  const world = aWorld();
  runToRest(world);
  const status: unknown = JSON.parse(JSON.stringify(world.session?.status));
  expect(fitsStatus(status)).toBe(true);
  const times = fc.constantFrom('2026-02-29T12:00:00Z', '2026-11-20T12:00:00+01:00', '2026-11-20T25:00:00Z', 'now');
  let fitting = 0;
  fc.assert(
    fc.property(fc.constantFrom(...places(status)), fc.oneof(values, times), (path, to) => {
      const candidate = changed(status, path, to);
      if (!fitsStatus(candidate)) return;
      fitting += 1;
      expect(sessionStatusSchema.parse(candidate)).toEqual(candidate);
    }),
    { numRuns: 3_000 },
  );
  expect(fitting).toBeGreaterThan(50);
});
