import { describe, expect, test } from 'vitest';
import type { Violation } from '../../../src/model/violation.ts';
import {
  renderCause,
  renderCauseText,
  renderDenial,
  renderSummary,
  renderWarning,
  ruleLink,
} from '../../../src/rules/render.ts';

const socket: Violation = {
  rule: 'MCPS-201',
  kind: 'forbidden',
  path: 'spec.mounts[0].hostPath',
  message: '/var/run/docker.sock gives root on the node',
  fix: 'delete this mount, use spec.workspace',
};
const ttl: Violation = {
  rule: 'MCPS-401',
  kind: 'invalid',
  path: 'spec.lifetime.ttlSeconds',
  value: '43200',
  message: 'above 28800, the maximum of profile "sandbox"',
  fix: 'set ttlSeconds <= 28800',
};

describe('renderCause', () => {
  test('is what ux.md 2.2 shows', () => {
    expect([ttl, socket].map(renderCause)).toEqual([
      {
        reason: 'FieldValueInvalid',
        field: 'spec.lifetime.ttlSeconds',
        message:
          'Invalid value: 43200: [MCPS-401] above 28800, the maximum of profile "sandbox"; fix: set ttlSeconds <= 28800 (mcpsession.dev/r/401)',
      },
      {
        reason: 'FieldValueForbidden',
        field: 'spec.mounts[0].hostPath',
        message:
          'Forbidden: [MCPS-201] /var/run/docker.sock gives root on the node; fix: delete this mount, use spec.workspace (mcpsession.dev/r/201)',
      },
    ]);
  });

  test('names what is required', () => {
    expect(renderCause({ ...socket, kind: 'required' })).toMatchObject({
      reason: 'FieldValueRequired',
      message: expect.stringMatching(/^Required value: \[MCPS-201\]/),
    });
  });

  test('has no link for a spec that does not fit the schema', () => {
    expect(renderCauseText({ ...ttl, rule: 'SCHEMA' })).toBe(
      'Invalid value: 43200: [SCHEMA] above 28800, the maximum of profile "sandbox"; fix: set ttlSeconds <= 28800',
    );
    expect(ruleLink('SCHEMA')).toBeNull();
  });

  test.each([
    { ...ttl, value: 'x'.repeat(5000) },
    { ...ttl, message: 'x'.repeat(5000) },
    { ...ttl, fix: 'x'.repeat(5000) },
    { ...ttl, value: '\u{1f600}'.repeat(300), message: '\u{1f600}'.repeat(300) },
  ])('is at most 200 characters and keeps the fix where it fits', (violation) => {
    const text = renderCauseText(violation);
    expect(Array.from(text).length).toBeLessThanOrEqual(200);
    if (violation.fix === ttl.fix) expect(text).toMatch(/; fix: set ttlSeconds <= 28800 \(mcpsession\.dev\/r\/401\)$/);
  });

  test('cuts the value before the list of what is allowed', () => {
    const list = 'is not in policy runtimes.allow (runc, runsc, kata-runtime, crun)';
    const long: Violation = { ...socket, message: `${'r'.repeat(90)} ${list}`, fix: 'choose one of these runtimes' };
    expect(renderCauseText(long)).toContain(`r… ${list}; fix: choose one of these runtimes`);
    const both: Violation = { ...long, kind: 'invalid', value: 'v'.repeat(60), message: `${'r'.repeat(50)} ${list}` };
    expect(renderCauseText(both)).toMatch(
      /^Invalid value: v+…: \[MCPS-201\] r+… is not in policy .*crun\); fix: choose/,
    );
  });

  test('escapes control characters of values, messages and paths', () => {
    const rendered = renderCause({
      ...ttl,
      path: 'spec.env[\u001b]',
      value: 'a\nb\u202e',
      message: '\u0000\u2028',
      fix: '\t',
    });
    expect(rendered.field).toBe('spec.env[\\u{1b}]');
    expect(rendered.message).toBe(
      'Invalid value: a\\nb\\u{202e}: [MCPS-401] \\u{0}\\u{2028}; fix: \\t (mcpsession.dev/r/401)',
    );
  });
});

test('renderDenial is one line that counts rules', () => {
  expect(renderDenial({ namespace: 'agents', name: 'ml-1' }, [ttl, socket])).toBe(
    '2 rules refused McpSession agents/ml-1: [MCPS-401] spec.lifetime.ttlSeconds: above 28800, the maximum of profile "sandbox"; [MCPS-201] spec.mounts[0].hostPath: /var/run/docker.sock gives root on the node',
  );
  expect(renderDenial({ namespace: 'a', name: 'b' }, [socket, socket])).toMatch(/^1 rule refused McpSession a\/b: /);
});

test('renderSummary is bounded, because it becomes a condition', () => {
  const summary = renderSummary(Array.from({ length: 500 }, () => socket));
  expect(Array.from(summary).length).toBe(2000);
  expect(summary).not.toContain('\n');
});

test('renderSummary says how to mend each violation', () => {
  expect(renderSummary([ttl, socket])).toBe(
    '[MCPS-401] spec.lifetime.ttlSeconds: above 28800, the maximum of profile "sandbox"; fix: set ttlSeconds <= 28800; [MCPS-201] spec.mounts[0].hostPath: /var/run/docker.sock gives root on the node; fix: delete this mount, use spec.workspace',
  );
});

test('renderWarning is one line of at most 120 characters, with the fix where it fits', () => {
  expect(renderWarning({ ...socket, fix: 'delete this mount' })).toBe(
    '[MCPS-201] spec.mounts[0].hostPath: /var/run/docker.sock gives root on the node; fix: delete this mount',
  );
  expect(renderWarning(socket)).toBe('[MCPS-201] spec.mounts[0].hostPath: /var/run/docker.sock gives root on the node');
  expect(renderWarning({ ...socket, message: `a\n${'x'.repeat(500)}` })).toHaveLength(120);
});
