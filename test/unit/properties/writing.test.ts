// A verdict does not depend on how a spec is written, nor on the gate (security.md 11 "property tests" a and b).

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSessionSpec } from '../../../src/model/session.ts';
import { type SessionSpec, type SessionSpecInput, sessionSpecSchema } from '../../../src/model/session-spec.ts';
import { corpusClass } from '../../corpus/case.ts';
import { atCheck, atFrontend, atWebhook } from '../../corpus/gates.ts';
import { anySpecInput } from '../../support/any-spec.ts';
import { containerOf, isAccepted, verdictOf } from '../../support/verdicts.ts';

const RUNS = { numRuns: 400 };
const SLOW_MS = 60_000;

/** The same value with every object's keys in another order. */
function reordered(value: unknown, turn: number): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => reordered(item, turn));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, reordered(item, turn)] as const);
  const at = entries.length === 0 ? 0 : turn % entries.length;
  return Object.fromEntries([...entries.slice(at), ...entries.slice(0, at)].toReversed());
}

const UNITS: readonly (readonly [string, bigint])[] = [
  ['', 1n],
  ['k', 1000n],
  ['M', 1_000_000n],
  ['Ki', 1024n],
  ['Mi', 1_048_576n],
  ['Gi', 1_073_741_824n],
];

/** Spellings of so many thousandths that are as exact. */
function spellings(thousandths: bigint): readonly string[] {
  const whole = UNITS.filter(([, unit]) => thousandths % (unit * 1000n) === 0n).map(
    ([suffix, unit]) => `${thousandths / (unit * 1000n)}${suffix}`,
  );
  return [
    `${thousandths}m`,
    ...whole,
    ...whole.map((text) => text.replace(/^[0-9]+/, '$&.0')),
    ...whole.map((text) => `0${text}`),
  ];
}

const respelled = (quantity: string, turn: number): string => {
  const [, digits = '', fraction = '', unit = ''] = /^([0-9]+)(?:\.([0-9]+))?([a-zA-Z]*)$/.exec(quantity) ?? [];
  const factor = { ...Object.fromEntries(UNITS), m: null, G: 10n ** 9n, T: 10n ** 12n, Ti: 2n ** 40n }[unit];
  const scale = 10n ** BigInt(fraction.length);
  const thousandths = factor == null ? BigInt(`${digits}${fraction}`) : BigInt(`${digits}${fraction}`) * factor * 1000n;
  if (thousandths % scale !== 0n) return quantity; // finer than thousandths
  const all = spellings(thousandths / scale);
  return all[turn % all.length] ?? quantity;
};

/** Another way to write the same spec. */
function written(spec: SessionSpec, turn: number): SessionSpecInput {
  const { resources, workspace, tmpfs, security } = spec;
  const anyCase = (name: string): string =>
    [name, name.toLowerCase(), `CAP_${name}`, `cap_${name.toLowerCase()}`][turn % 4] ?? name;
  return {
    ...spec,
    resources: { ...resources, cpu: respelled(resources.cpu, turn), memory: respelled(resources.memory, turn) },
    workspace: { ...workspace, sizeLimit: respelled(workspace.sizeLimit, turn) },
    tmpfs: tmpfs.map(({ path, sizeLimit }) => ({ path, sizeLimit: respelled(sizeLimit, turn) })),
    security: {
      ...security,
      capabilities: { add: security.capabilities.add.map((name) => anyCase(name.replace(/^cap_/i, '').toUpperCase())) },
      sysctls: security.sysctls.map(({ name, value }) => ({
        name: turn % 2 === 0 ? name.replaceAll('/', '.') : name.replaceAll('.', '/'),
        value,
      })),
    },
  };
}

describe('security.md 11 (b): a verdict does not depend on the writing', () => {
  test('S2.STR.04: the order of keys', { timeout: SLOW_MS }, () => {
    fc.assert(
      fc.property(anySpecInput, fc.nat(20), (input, turn) => {
        expect(verdictOf(reordered(input, turn))).toEqual(verdictOf(input));
      }),
      RUNS,
    );
  });

  test('defaults that are written out, and quantities, capabilities and kernel settings in other spellings', {
    timeout: SLOW_MS,
  }, () => {
    let accepted = 0;
    fc.assert(
      fc.property(anySpecInput, fc.nat(60), (input, turn) => {
        const { spec } = parseSessionSpec(input);
        if (spec === null) return;
        const other = written(spec, turn);
        expect(verdictOf(other)).toEqual(verdictOf(input));
        if (!isAccepted(input)) return;
        accepted += 1;
        const { identity: _own, ...container } = containerOf(input) ?? { identity: null };
        const { identity: _other, ...same } = containerOf(other) ?? { identity: null };
        expect(same).toEqual(container);
      }),
      RUNS,
    );
    expect(accepted).toBeGreaterThan(RUNS.numRuns / 20);
  });

  test('the gate that judges it', { timeout: SLOW_MS }, () => {
    fc.assert(
      fc.property(anySpecInput, (input) => {
        const [given] = corpusClass('any', {}, [{ title: 'any', spec: { ...input } }]);
        if (given === undefined) return;
        const check = atCheck(given);
        expect(atFrontend(given)).toEqual(check);
        expect(atWebhook(given)).toEqual(check);
      }),
      { numRuns: 200 },
    );
  });
});

test('security.md 11 (a): parsing what was parsed changes nothing', { timeout: SLOW_MS }, () => {
  fc.assert(
    fc.property(anySpecInput, (input) => {
      const once = sessionSpecSchema.safeParse(input);
      if (!once.success) return;
      const twice = parseSessionSpec(JSON.parse(JSON.stringify(once.data)));
      expect(twice.spec).toEqual(once.data);
      expect(verdictOf(once.data)).toEqual(verdictOf(input));
    }),
    RUNS,
  );
});
