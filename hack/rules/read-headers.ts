// The headers of the rule files: `// Danger: ... Fields: ... Allowed: ... Source: ...`. What a person reads about a rule stands
// beside its code, and nowhere else.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultPolicy } from '../../src/model/policy.ts';
import type { RuleHeader } from '../../src/rules/reference.ts';

export interface FileHeader extends RuleHeader {
  /** Below the root of the repository. */
  readonly file: string;
  readonly config: readonly string[];
}

const HEADER =
  /Danger: (?<danger>.+?) Fields: (?<fields>.+?) (?:Allowed|Silent): (?<allowed>.+?) Source: (?<source>.+)$/;
const OWN_ID = /\bid: '(MCPS-[0-9]{3})'/g;

/** By rule id. A file without an id of its own, or with an incomplete header, gives nothing: a test names the rules without one. */
export function readRuleHeaders(root: string): ReadonlyMap<string, FileHeader> {
  const found = new Map<string, FileHeader>();
  const folder = join(root, 'src/rules');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!name.endsWith('.ts') || name === 'registry.ts') continue;
    const source = readFileSync(join(folder, name), 'utf8');
    const header = parseHeader(source);
    if (header === null) continue;
    for (const [, id = ''] of source.matchAll(OWN_ID)) {
      found.set(id, { ...header, config: policyKeysIn(Object.values(header).join(' ')), file: `src/rules/${name}` });
    }
  }
  return found;
}

/** Null when one of the four labels is missing or out of order. */
export function parseHeader(source: string): RuleHeader | null {
  const lines = source.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  const comment = lines
    .slice(0, end === -1 ? undefined : end)
    .map((line) => line.slice('//'.length).trim())
    .join(' ');
  const { danger, fields, allowed, source: origin } = HEADER.exec(comment)?.groups ?? {};
  if (danger === undefined || fields === undefined || allowed === undefined || origin === undefined) return null;
  return {
    danger: sentence(withoutRows(danger)),
    fields: withoutStop(withoutRows(fields)),
    allowed: stopped(withoutRows(allowed)),
    source: stopped(origin),
  };
}

/** Settings of the policy that a text names: "policy mounts.hostPath", and all of a group for "policy mounts". */
export function policyKeysIn(text: string): readonly string[] {
  const named = new Set<string>(/\bpolicy suspendAll\b/.test(text) ? ['suspendAll'] : []);
  for (const [group, settings] of Object.entries(defaultPolicy())) {
    if (typeof settings !== 'object') continue;
    const keys = Object.keys(settings);
    const whole = new RegExp(`\\bpolicy ${group}\\b(?!\\.)`).test(text);
    for (const key of keys) if (whole || new RegExp(`\\b${group}\\.${key}\\b`).test(text)) named.add(`${group}.${key}`);
  }
  return [...named].sort();
}

/** Rows of the requirements, such as "(K-30)", tell their readers where a decision comes from, and others nothing. */
const withoutRows = (text: string): string => text.replaceAll(/ \(K-[0-9]{2}(?:, K-[0-9]{2})*\)|K-[0-9]{2}; /g, '');

const withoutStop = (text: string): string => text.replace(/\.$/, '');

const stopped = (text: string): string => `${withoutStop(text)}.`;

/** Begins with a capital letter where it begins with a plain word. */
const sentence = (text: string): string =>
  stopped(/^[a-z]+[ ,;:]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);
