import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RulesRun, runRules } from '../../../src/cli/rules.ts';
import { ruleRegistry } from '../../../src/rules/registry.ts';

function run(change: Partial<RulesRun> = {}) {
  const said = { out: '', err: '' };
  const code = runRules({
    rule: null,
    output: 'table',
    write: (text) => void (said.out += text),
    writeError: (text) => void (said.err += text),
    ...change,
  });
  return { code, ...said };
}

describe('mcpsession rules', () => {
  test('lists every rule with severity, title and gates', () => {
    const { code, out, err } = run();
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.trim().split('\n');
    expect(lines[0]).toMatch(/^RULE +SEV +TITLE +ENFORCED AT$/);
    expect(lines).toHaveLength(ruleRegistry.length + 1);
    expect(lines[1]).toMatch(/^MCPS-101 {2}deny {2}privileged containers +cli, frontend, webhook, controller$/);
  });

  test.each(['MCPS-201', 'mcps-201', '201'])('tells everything about %s', (rule) => {
    expect(run({ rule })).toEqual({
      code: 0,
      err: '',
      out: `MCPS-201  deny  host path mounts  since 0.1  enforced at: cli, frontend, webhook, controller
why      A mounted runtime socket, system directory or key directory is root on the node.
danger   A mounted system directory, runtime socket or key directory is root on the node, read-only or not.
fields   spec.mounts[].hostPath
allowed  absolute paths in plain spelling outside the refused places; links are followed and judged again on the node.
config   none: no setting loosens it
bad      mounts: [{hostPath: /var/run/docker.sock, target: /docker.sock}]
good     workspace: {sizeLimit: 256Mi}
source   CIS Docker 5.6, 5.32; requirements.md S0.C1 and 9.1; security.md 4.3.
link     mcpsession.dev/r/201
`,
    });
  });

  test('shows the settings that loosen a rule, with their defaults', () => {
    expect(run({ rule: '405' }).out).toContain('\nconfig   policy limits.maxPids (default 512)\n');
    expect(run({ rule: '412' }).out).toContain('\nconfig   policy suspendAll (default false)\n');
  });

  test('is shown in docs/cli.md as it is', () => {
    const text = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8');
    expect(text).toContain(`$ mcpsession rules 405\n${run({ rule: '405' }).out}`);
  });

  test('says one sentence once', () => {
    const { out } = run({ rule: '412' });
    expect(out).toContain('\ndanger ');
    expect(out).not.toContain('\nwhy ');
  });

  test('keeps every line to the width of a terminal, except what may be copied', () => {
    for (const { id } of ruleRegistry) {
      const [, ...lines] = run({ rule: id }).out.split('\n');
      const long = lines.filter((line) => line.length > 120);
      for (const line of long) expect(line.slice(9), id).not.toContain(' ');
    }
  });

  test('speaks of nothing that its reader does not have', () => {
    for (const { id } of ruleRegistry) {
      const { out } = run({ rule: id });
      expect(out.split('\nsource')[0], id).not.toMatch(/\bK-[0-9]{2}\b/);
    }
  });

  test('speaks JSON', () => {
    const all = JSON.parse(run({ output: 'json' }).out) as unknown[];
    expect(all).toHaveLength(ruleRegistry.length);
    expect(JSON.parse(run({ rule: '101', output: 'json' }).out)).toMatchObject({
      id: 'MCPS-101',
      severity: 'deny',
      since: '0.1',
      enforcedAt: ['cli', 'frontend', 'webhook', 'controller'],
      config: ['privileged.allow'],
      bad: 'security: {privileged: true}',
      good: 'security: {privileged: false}',
    });
  });

  test.each([
    { rule: '299', says: 'error: no rule "299"; near it: MCPS-301, MCPS-302, MCPS-303' },
    { rule: 'seccomp', says: 'error: no rule "seccomp"; near it: MCPS-105, MCPS-905' },
    { rule: '', says: 'error: no rule ""; `mcpsession rules` lists them all' },
  ])('refuses $rule with what is near it', ({ rule, says }) => {
    const { code, out, err } = run({ rule });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(says);
  });
});
