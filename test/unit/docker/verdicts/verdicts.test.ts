// The verdict table of security.md 4.2 to 4.5, row by row: what the builder sends, and who finds what an engine reports instead.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';

import { toCreateRequest } from '../../../../src/docker/to-create-request.ts';
import { isEmpty } from '../../../../src/docker/unknown-keys.ts';
import { benignCases } from '../../../corpus/benign/index.ts';
import type { CorpusCase } from '../../../corpus/case.ts';
import { policiesFor, storedSession } from '../../../corpus/gates.ts';
import { inspectAnswerOf } from '../../../support/inspect-answer.ts';
import { aStoredSession, aWorld } from '../../../support/story.ts';
import recorded from '../recorded/inspect-20.10.json' with { type: 'json' };
import { changed, containerOf, findersOf, type Json, valueAt } from './finders.ts';
import { hostConfigRows } from './host-config-rows.ts';
import { mountRows } from './mount-rows.ts';
import { networkRows } from './network-rows.ts';
import { processRows } from './process-rows.ts';

const rows = [...hostConfigRows, ...processRows, ...mountRows, ...networkRows];
/** The default session with one host path. */
const approved = containerOf(
  aWorld({ session: aStoredSession({ mounts: [{ hostPath: '/srv/data', target: '/data' }] }) }),
);
const answer: unknown = inspectAnswerOf(toCreateRequest(approved));

test('the untouched answer is what was approved, and no rule refuses it', () => {
  expect(findersOf(answer, approved)).toEqual([]);
});

describe('S0.C2.02, S2.V1.02: what an engine reports and nobody approved is found', () => {
  const cases = rows.flatMap(({ field, hostile, foundBy }) =>
    hostile.map((value) => ({ field, value, foundBy, text: JSON.stringify(value).slice(0, 60) })),
  );

  test.each(cases.filter(({ foundBy }) => foundBy !== undefined))('$field = $text ($foundBy)', (given) => {
    expect(findersOf(changed(answer, given.field.split('.'), given.value), approved)).toContain(given.foundBy);
  });

  test.each(cases.filter(({ foundBy }) => foundBy === undefined))('$field = $text has no effect', (given) => {
    expect(findersOf(changed(answer, given.field.split('.'), given.value), approved)).toEqual([]);
  });
});

describe('S0.C2.02: the builder sends what the table says, for every benign spec', () => {
  const bodies = benignCases.filter(isBuilt).map((given) => ({ id: given.id, body: bodyOf(given) }));

  test.each(rows.filter(({ field, verdict }) => verdict === 'fixed' && !field.includes('.Mounts.')))(
    '$field is fixed',
    ({ field, sends }) => {
      const others = bodies.filter(({ body }) => JSON.stringify(sentAt(body, field)) !== JSON.stringify(sends));
      expect(others.map(({ id }) => id)).toEqual([]);
    },
  );

  test.each(rows.filter(({ field, verdict }) => verdict === 'denied' && !field.includes('.Mounts.')))(
    '$field is never sent',
    ({ field }) => {
      expect(bodies.filter(({ body }) => !isEmpty(sentAt(body, field))).map(({ id }) => id)).toEqual([]);
    },
  );

  test.each(rows.filter(({ field }) => field.includes('.Mounts.') && !field.endsWith('FieldOfTomorrow')))(
    '$field, as the table says',
    ({ field, verdict, sends }) => {
      const sent = sentAt(JSON.parse(JSON.stringify(toCreateRequest(approved).body)), field);
      if (verdict === 'fixed') expect(sent).toEqual(sends);
      if (verdict === 'denied') expect(sent ?? null).toBeNull();
    },
  );

  test('nothing beside HostConfig and Config, and networks not at all', () => {
    const known = new Set(rows.map(({ field }) => field));
    const keys = (body: Json): readonly string[] => [
      ...Object.keys(body).filter((key) => key !== 'HostConfig'),
      ...Object.keys(body['HostConfig'] as Json).map((key) => `HostConfig.${key}`), // the printer makes it an object
    ];
    const sent = new Set(bodies.flatMap(({ body }) => keys(body)));
    const nameless = [...sent].filter(
      (key) =>
        ![key, `Config.${key}`].some((name) => known.has(name) || [...known].some((row) => row.startsWith(`${name}.`))),
    );
    expect(nameless).toEqual([]);
    expect(bodies.length).toBeGreaterThan(150);
  });

  function isBuilt({ spec }: CorpusCase): boolean {
    return spec['operatingMode'] !== 'Suspended';
  }

  function bodyOf(given: CorpusCase): Json {
    const { policy } = policiesFor(given).enforce;
    const { body } = toCreateRequest(containerOf(aWorld({ session: storedSession(given), policy })));
    return JSON.parse(JSON.stringify(body)) as Json; // as on the wire
  }

  /** In the body, Config has no name of its own; settings of networks are not part of it at all. */
  function sentAt(body: unknown, field: string): unknown {
    return valueAt(body, field.replace(/^Config\./, '').split('.'));
  }
});

describe('the table has a row for every field', () => {
  const fields = new Set(rows.map(({ field }) => field));
  const named = (field: string): boolean =>
    fields.has(field) || [...fields].some((known) => known.startsWith(`${field}.`));

  test('that Engine 20.10 reports', () => {
    const reported = [
      ...Object.keys(recorded.HostConfig).map((key) => `HostConfig.${key}`),
      ...Object.keys(recorded.Config).map((key) => `Config.${key}`),
      ...Object.keys(recorded.NetworkSettings.Networks.none).map((key) => `NetworkSettings.Networks.none.${key}`),
    ];
    expect(reported.filter((field) => !named(field))).toEqual([]);
  });

  test('that the client library has a type for', () => {
    const types = readFileSync(createRequire(import.meta.url).resolve('@types/dockerode/index.d.ts'), 'utf8');
    const keysOf = (name: string): readonly string[] => {
      const body = new RegExp(`^    interface ${name} \\{\\n([^]*?)^    \\}`, 'm').exec(types)?.[1] ?? '';
      return [...body.matchAll(/^ {8}([A-Z][A-Za-z0-9]*)\??:/gm)].map(([, key = '']) => key);
    };
    const known = [
      ...keysOf('HostConfig').map((key) => `HostConfig.${key}`),
      ...keysOf('MountSettings').map((key) => `HostConfig.Mounts.0.${key}`),
      ...keysOf('EndpointSettings')
        .filter((key) => key !== 'GlobalIPV6PrefixLen') // a slip of the types
        .map((key) => `NetworkSettings.Networks.none.${key}`),
      ...keysOf('ContainerCreateOptions')
        .filter((key) => key !== 'HostConfig' && key !== 'NetworkingConfig')
        .map((key) => `Config.${key}`),
    ];
    expect(known.length).toBeGreaterThan(100);
    expect(known.filter((field) => !named(field))).toEqual([]);
  });
});
