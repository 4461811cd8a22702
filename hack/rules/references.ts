// src/rules/reference.generated.ts: header, examples and settings of every rule in one table, for `mcpsession rules` and the docs.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { RuleReference } from '../../src/rules/reference.ts';
import { nodeRules, ruleRegistry } from '../../src/rules/registry.ts';
import { CONTAINER_SNIPPETS } from './container-snippets.ts';
import { policyKeysIn, readRuleHeaders } from './read-headers.ts';
import { TEXT_SNIPPETS } from './text-snippets.ts';

interface Snippet {
  readonly bad: string;
  readonly good: string;
}

const EXAMPLES = 'examples/denied';
const GOOD_LINE = /^# good: (.+)$/m;

/** Of every rule that has a complete header, a bad and a good; the rest is missing, and a test names it. */
export function ruleReferences(root: string): Readonly<Record<string, RuleReference>> {
  const headers = readRuleHeaders(root);
  const snippets = { ...exampleSnippets(root), ...containerSnippets(), ...TEXT_SNIPPETS };
  const found: Record<string, RuleReference> = {};
  for (const { id } of ruleRegistry) {
    const ofNode = nodeRules.find((rule) => rule.id === id)?.reference;
    const header = headers.get(id) ?? (ofNode && { ...ofNode, config: policyKeysIn(Object.values(ofNode).join(' ')) });
    const snippet = snippets[id];
    if (header === undefined || snippet === undefined) continue;
    const { danger, fields, allowed, source, config } = header;
    found[id] = { danger, fields, allowed, source, config, bad: snippet.bad, good: snippet.good };
  }
  return found;
}

export function referenceFile(root: string): { readonly path: string; readonly text: string } {
  const table = JSON.stringify(ruleReferences(root), null, 2);
  return { path: 'src/rules/reference.generated.ts', text: `${HEAD}${table};\n` };
}

const HEAD = `// Generated from the headers of the rules and from examples/denied by hack/generate.ts (npm run generate). Do not edit.

import type { RuleReference } from './reference.ts';

export const RULE_REFERENCE: Readonly<Record<string, RuleReference>> = `;

/** The refused fields of each example, and its line "# good: ..."; an example without that line gives nothing. */
function exampleSnippets(root: string): Readonly<Record<string, Snippet>> {
  const found: Record<string, Snippet> = {};
  for (const name of readdirSync(join(root, EXAMPLES)).sort()) {
    if (!name.endsWith('.yaml')) continue;
    const text = readFileSync(join(root, EXAMPLES, name), 'utf8');
    const good = GOOD_LINE.exec(text)?.[1];
    if (good === undefined) continue;
    found[name.slice(0, 'mcps-000'.length).toUpperCase()] = { bad: refusedFields(text), good };
  }
  return found;
}

interface ExampleObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What the example says beside its name and its image. */
function refusedFields(text: string): string {
  const { metadata, spec } = parse(text) as ExampleObject; // our own files; test/unit/rules/denied-examples.test.ts reads each with the schema
  const { name: _name, namespace: _namespace, ...labels } = metadata;
  const { image, ...rest } = spec;
  const fields = { ...labels, ...rest };
  return flow(Object.keys(fields).length === 0 ? { image } : fields);
}

function containerSnippets(): Readonly<Record<string, Snippet>> {
  const entries = Object.entries(CONTAINER_SNIPPETS).map(([id, { bad, good }]): [string, Snippet] => [
    id,
    { bad: flow(bad), good: Object.keys(good).length === 0 ? 'what the operator builds' : flow(good) },
  ]);
  return Object.fromEntries(entries);
}

/** The fields on one line, without the braces around them. */
const flow = (fields: object): string =>
  stringify(fields, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
    .trim()
    .replace(/^\{|\}$/g, '');
