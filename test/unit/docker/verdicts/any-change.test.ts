// Whatever is changed in what the engine reports about a session's container, somebody finds it: a rule, the comparison with what was
// approved, or the reader of the answer, who throws. Unless it is of no effect, and then it is in the short list below.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { toCreateRequest } from '../../../../src/docker/to-create-request.ts';
import { isEmpty } from '../../../../src/docker/unknown-keys.ts';
import { canonicalJson } from '../../../../src/lib/canonical-json.ts';
import { inspectAnswerOf } from '../../../support/inspect-answer.ts';
import { aStoredSession, aWorld } from '../../../support/story.ts';
import { changed, containerOf, findersOf, type Json, valueAt } from './finders.ts';

const approved = containerOf(
  aWorld({
    session: aStoredSession({
      mounts: [{ hostPath: '/srv/data', target: '/data' }],
      env: [{ name: 'A', value: 'b' }],
      security: { sysctls: [{ name: 'net.ipv4.tcp_fin_timeout', value: '30' }] },
    }),
  }),
);
const answer: unknown = JSON.parse(JSON.stringify(inspectAnswerOf(toCreateRequest(approved))));

const SETTINGS = ['HostConfig', 'Config', 'Mounts', 'NetworkSettings', 'Path', 'Args', 'Image', 'Name'];

/** Every place in the settings, inner ones included, and behind each object and list one place more. */
function placesIn(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const keys = Object.keys(value);
  const added = Array.isArray(value) ? [] : [[...path, 'FieldOfTomorrow']];
  return [path, ...added, ...keys.flatMap((key) => placesIn((value as Json)[key], [...path, key]))];
}
const places = SETTINGS.flatMap((key) => placesIn(valueAt(answer, [key]), [key]));

function lacks(key: string): (value: unknown) => boolean {
  return (value) => isEmpty(value) || (typeof value === 'object' && !Array.isArray(value) && !(key in (value as Json))); // not null: isEmpty
}

/** Empty, or nothing but empty fields. */
const holdsNothing = (value: unknown): boolean =>
  isEmpty(value) || (typeof value === 'object' && Object.values(value as Json).every(isEmpty)); // not null: isEmpty

/** Of no effect, by the path and the value that is put there. */
const HARMLESS: readonly {
  readonly path: RegExp;
  readonly when?: (value: unknown) => boolean;
  readonly why: string;
}[] = [
  { path: /^Config\.ExposedPorts(\.|$)/, why: 'what is published stands in the port bindings' },
  { path: /^Config\.Labels\.FieldOfTomorrow$/, why: 'a label that no software acts on' },
  { path: /^Config\.Healthcheck\.(?!Test)/, why: 'a health check that is off has no interval' },
  { path: /^Config\.Healthcheck(\.Test(\.0)?)?$/, when: lacks('Test'), why: 'no health check' },
  { path: /^Config\.Hostname$/, when: isEmpty, why: 'the engine names the host by the id' },
  {
    path: /^HostConfig\.RestartPolicy(\.Name)?$/,
    when: holdsNothing,
    why: 'without a policy the engine restarts nothing',
  },
  { path: /^HostConfig\.ConsoleSize$/, when: isEmpty, why: 'the same as [0, 0]' },
  { path: /^HostConfig\.MemorySwappiness$/, when: (value) => value === -1, why: 'what newer engines write for none' },
  { path: /^NetworkSettings$/, when: lacks('Networks'), why: 'no network yet' },
  { path: /^NetworkSettings\.Networks(\.none)?$/, when: isEmpty, why: 'no network yet' },
  { path: /^NetworkSettings\.Networks\.none\.(NetworkID|EndpointID)$/, why: 'a name that the engine gave' },
  { path: /^NetworkSettings\.(?!Networks|Ports)/, why: 'the same as in the endpoint, kept for old clients' },
  { path: /^Mounts\.[0-9]+\.(Mode|FieldOfTomorrow)$/, why: 'SELinux words of the engine, which the flags say as well' },
  { path: /^Mounts\.1\.(Source|Propagation)$/, why: 'where the engine keeps the volume; its name is compared' },
];

const isHarmless = (path: string, value: unknown): boolean =>
  HARMLESS.some((entry) => entry.path.test(path) && (entry.when?.(value) ?? true));

const HOSTILE = [undefined, null, '', 1, -1, true, [], {}, 'host', ['x'], { x: 'y' }, [{ a: 1 }]];

/** What the reader takes for the same: an engine leaves out, or writes null, where nothing is set. */
const means = (value: unknown): string => (isEmpty(value) ? 'nothing' : canonicalJson(value));

function finders(reported: unknown): readonly string[] {
  try {
    return findersOf(reported, approved);
  } catch (thrown) {
    expect(String(thrown)).toContain('unexpected form');
    return ['unexpected form'];
  }
}

test('S0.C2.02, S2.V1.02: each place with each of the usual values', () => {
  const missed = places.flatMap((path) =>
    HOSTILE.filter((to) => means(to) !== means(valueAt(answer, path)) && !isHarmless(path.join('.'), to))
      .filter((to) => finders(changed(answer, path, to)).length === 0)
      .map((to) => `${path.join('.')} = ${JSON.stringify(to)}`),
  );
  expect(missed).toEqual([]);
  expect(places.length).toBeGreaterThan(150);
}, 60_000);

test('S0.C2.02: whatever is put at whatever place', () => {
  const values = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.object({ maxDepth: 2 }), fc.array(fc.string()));
  fc.assert(
    fc.property(fc.constantFrom(...places), values, (path, to) => {
      if (means(to) === means(valueAt(answer, path)) || isHarmless(path.join('.'), to)) return;
      expect({ path: path.join('.'), to, finders: finders(changed(answer, path, to)).length }).not.toMatchObject({
        finders: 0,
      });
    }),
    { numRuns: 500 },
  );
}, 60_000);

test('the untouched answer is found by nobody', () => {
  expect(finders(answer)).toEqual([]);
});
