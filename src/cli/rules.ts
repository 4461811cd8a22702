// `mcpsession rules [ID]`: the rules that exist, or all that is known of one. Reads nothing but what is built in.

import { lengthOf } from '../lib/visible-text.ts';
import { defaultPolicy } from '../model/policy.ts';
import { policyFileSchema } from '../model/policy-set.ts';
import { type ExplainedRule, explainedRules, explainRule, nearRuleIds } from '../rules/explain.ts';
import type { RulesOptions } from './arguments/rules.ts';
import { EXIT_FAILURE, EXIT_OK } from './exit-codes.ts';

export interface RulesRun extends RulesOptions {
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const LABEL_WIDTH = 9;
const LINE_WIDTH = 120;

/** Returns the exit code: 1 for a rule that does not exist. */
export function runRules({ rule, output, write, writeError }: RulesRun): number {
  if (rule === null) {
    const rules = explainedRules();
    write(output === 'json' ? json(rules) : table(rules));
    return EXIT_OK;
  }
  const found = explainRule(rule);
  if (found === null) {
    writeError(`error: ${unknownRule(rule)}\n`);
    return EXIT_FAILURE;
  }
  write(output === 'json' ? json(found) : explanation(found));
  return EXIT_OK;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function unknownRule(asked: string): string {
  const near = nearRuleIds(asked);
  const hint = near.length === 0 ? '`mcpsession rules` lists them all' : `near it: ${near.join(', ')}`;
  return `no rule ${JSON.stringify(asked)}; ${hint}`;
}

function table(rules: readonly ExplainedRule[]): string {
  const rows = rules.map(({ id, severity, title, enforcedAt }) => [id, severity, title, enforcedAt.join(', ')]);
  const all = [['RULE', 'SEV', 'TITLE', 'ENFORCED AT'], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => lengthOf(row[column] ?? ''))));
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function explanation(rule: ExplainedRule): string {
  const { id, severity, title, since, enforcedAt } = rule;
  const rows: readonly (readonly [string, string])[] = [
    ...(said(rule.why) === said(rule.danger) ? [] : [['why', rule.why] as const]),
    ['danger', rule.danger],
    ['fields', rule.fields],
    ['allowed', rule.allowed],
    ['config', rule.config.length === 0 ? 'none: no setting loosens it' : rule.config.map(setting).join('; ')],
    ['bad', rule.bad],
    ['good', rule.good],
    ['source', rule.source],
    ['link', rule.link],
  ];
  const head = `${id}  ${severity}  ${title}  since ${since}  enforced at: ${enforcedAt.join(', ')}`;
  return `${[head, ...rows.map(([label, text]) => wrapped(label, text))].join('\n')}\n`;
}

/** Both can be one sentence. */
const said = (text: string): string => text.toLowerCase().replace(/\.$/, '');

/** A setting with the value that it has without a policy file. */
function setting(key: string): string {
  const [group = '', name] = key.split('.');
  // A table of tables of plain values, whichever settings there are; beside them stand switches for all profiles.
  const settings = { ...policyFileSchema.parse({}), ...defaultPolicy() } as Readonly<Record<string, unknown>>;
  const found = name === undefined ? settings[group] : (settings[group] as Readonly<Record<string, unknown>>)[name];
  return `policy ${key} (default ${shown(found)})`;
}

/** Lists with room between their items, so that they can be broken into lines. */
const shown = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);

/** The label, then the text in a column of its own. A word that is too long for the line keeps its length: it may be copied. */
function wrapped(label: string, text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE_WIDTH - LABEL_WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => (index === 0 ? label : '').padEnd(LABEL_WIDTH) + line).join('\n');
}
