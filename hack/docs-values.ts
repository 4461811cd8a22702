// docs/chart-values.md out of the comments in the chart's values.yaml. What is a value and what only holds values is said by the schema.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { CHART_DIR } from './chart-files.ts';
import { type JsonSchema, valuesJsonSchema } from './chart-schema.ts';

export interface ValueDoc {
  /** Example: "webhook.certificate.mode". */
  readonly key: string;
  readonly byDefault: unknown;
  readonly comment: string;
}

interface Section {
  readonly key: string;
  /** Of the part itself; "" for none. */
  readonly comment: string;
  readonly values: readonly ValueDoc[];
}

const HEADER =
  '<!-- Generated from charts/mcp-session-operator/values.yaml by hack/generate.ts (npm run generate). Do not edit. -->\n';
const INTRODUCTION = `# Values of the chart

What \`helm install\` can be told with \`--set\` and \`--values\`. Every value has a default that installs. A name that is not here is refused and
named. What the parts mean together: [chart.md](chart.md).
`;

export function valuesDocument(root: string): { readonly path: string; readonly text: string } {
  const sections = valueSections(readFileSync(join(root, CHART_DIR, 'values.yaml'), 'utf8'), valuesJsonSchema());
  const isAlone = ({ key, values }: Section): boolean => values.length === 1 && values[0]?.key === key;
  const alone = sections.filter(isAlone).flatMap(({ values }) => values);
  const parts = [{ key: 'The release', comment: '', values: alone }, ...sections.filter((part) => !isAlone(part))];
  return { path: 'docs/chart-values.md', text: `${HEADER}${[INTRODUCTION, ...parts.map(sectionText)].join('\n')}` };
}

/** Throws for values without a comment, naming each. */
export function valueSections(text: string, schema: JsonSchema): readonly Section[] {
  const { contents } = parseDocument(text);
  if (!isMap(contents)) throw new Error('values.yaml holds no map');
  const sections = entriesOf(contents).map(({ key, comment, value }) => {
    const below = schema.properties?.[key] ?? {};
    const values = valuesOf({ key, comment, value, schema: below });
    return { key, comment: isMap(value) && below.properties !== undefined ? comment : '', values };
  });
  const bare = sections.flatMap(({ values }) => values.filter(({ comment }) => comment === ''));
  if (bare.length > 0) throw new Error(`values.yaml: no comment on ${bare.map(({ key }) => key).join(', ')}`);
  return sections;
}

function valuesOf(of: {
  readonly key: string;
  readonly comment: string;
  readonly value: unknown;
  readonly schema: JsonSchema;
}): readonly ValueDoc[] {
  const { key, comment, value, schema } = of;
  const { properties } = schema;
  const holdsValues = isMap(value) && value.items.length > 0 && properties !== undefined;
  if (!holdsValues) return [{ key, byDefault: plain(value), comment }];
  return entriesOf(value).flatMap((entry) =>
    valuesOf({
      key: `${key}.${entry.key}`,
      comment: entry.comment,
      value: entry.value,
      schema: properties[entry.key] ?? {},
    }),
  );
}

/** The parser gives the comment before the first key of a map to the map. */
function entriesOf(
  map: YAMLMap,
): readonly { readonly key: string; readonly comment: string; readonly value: unknown }[] {
  return map.items.map(({ key, value }, index) => {
    if (!isScalar(key)) throw new Error('values.yaml: a key is no word');
    const comment = key.commentBefore ?? (index === 0 ? map.commentBefore : null) ?? '';
    const lastBlock = comment.split(/\n\s*\n/).at(-1) ?? ''; // what stands apart is about something else
    return { key: String(key.value), comment: lastBlock.replaceAll(/\s*\n\s*/g, ' ').trim(), value };
  });
}

const plain = (value: unknown): unknown =>
  isScalar(value) ? value.value : (value as { toJSON(): unknown } | null)?.toJSON(); // a node of the parser

function sectionText({ key, comment, values }: Section): string {
  const rows = values.map(
    ({ key: name, byDefault, comment: what }) => `| \`${name}\` | \`${JSON.stringify(byDefault)}\` | ${cell(what)} |`,
  );
  const about = comment === '' ? '' : `${comment}\n\n`;
  return `## ${key}\n\n${about}| Value | Default | |\n|---|---|---|\n${rows.join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/<([a-z]+)>/g, '&lt;$1&gt;');
