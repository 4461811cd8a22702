// One object of a manifest, judged offline: the schema as the API server applies it, then the session rules as the webhook does.

import { isPlainObject } from '../../lib/plain-object.ts';
import { API_VERSION, GROUP, SESSION_KIND } from '../../model/names.ts';
import type { Policy } from '../../model/policy.ts';
import { parseSessionSpec } from '../../model/session.ts';
import type { Violation } from '../../model/violation.ts';
import { evaluate, type Verdict } from '../../rules/rule.ts';
import { sessionRules } from '../../rules/session-rules.ts';

export type Judgement =
  | { readonly kind: 'skipped' }
  /** Ours, but not an object that this release can judge. */
  | { readonly kind: 'problem'; readonly message: string }
  | ({ readonly kind: 'judged'; readonly object: string } & Verdict);

type Fields = Readonly<Record<string, unknown>>;

const TOP_LEVEL_KEYS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata', 'spec', 'status']);

/** The objects of one document: itself, or the items of a List. */
export function objectsOf(document: unknown): readonly unknown[] {
  if (!isPlainObject(document) || !Array.isArray(document['items'])) return [document];
  const { kind } = document;
  return typeof kind === 'string' && kind.endsWith('List') ? document['items'] : [document];
}

export function judgeObject(raw: unknown, policy: Policy): Judgement {
  if (!isPlainObject(raw)) return { kind: 'problem', message: 'is not a Kubernetes object' };
  const { apiVersion, kind } = raw;
  if (kind !== SESSION_KIND) return { kind: 'skipped' };
  if (apiVersion !== API_VERSION) {
    const belongsToUs =
      typeof apiVersion !== 'string' || apiVersion.startsWith(`${GROUP}/`) || !apiVersion.includes('/');
    if (!belongsToUs) return { kind: 'skipped' };
    return {
      kind: 'problem',
      message: `apiVersion ${JSON.stringify(apiVersion) ?? 'is missing, it'} must be "${API_VERSION}"`,
    };
  }
  const metadata = isPlainObject(raw['metadata']) ? raw['metadata'] : {};
  return { kind: 'judged', object: objectName(metadata), ...verdictOf({ raw, metadata, policy }) };
}

function verdictOf(asked: { readonly raw: Fields; readonly metadata: Fields; readonly policy: Policy }): Verdict {
  const { raw, metadata, policy } = asked;
  const shape = shapeViolations(raw, metadata);
  const { spec, problems } = parseSessionSpec(raw['spec'] ?? {});
  if (spec === null || shape.length > 0) return { violations: [...shape, ...problems], warnings: [] };
  const labels = textFields(metadata['labels']);
  const annotations = textFields(metadata['annotations']);
  return evaluate(sessionRules, { spec, labels, annotations }, policy);
}

/** What the API server checks of the object around the spec, as far as rules depend on it. */
function shapeViolations(raw: Fields, metadata: Fields): readonly Violation[] {
  const violations = Object.keys(raw)
    .filter((key) => !TOP_LEVEL_KEYS.has(key))
    .map((key) => schemaViolation(key, `unknown field ${JSON.stringify(key)}`));
  if (typeof metadata['name'] !== 'string' && typeof metadata['generateName'] !== 'string') {
    violations.push(schemaViolation('metadata.name', 'name or generateName is required'));
  }
  for (const field of ['labels', 'annotations'] as const) {
    if (isTextFields(metadata[field])) continue;
    violations.push(schemaViolation(`metadata.${field}`, 'must hold text values only'));
  }
  return violations;
}

const schemaViolation = (path: string, message: string): Violation => ({
  rule: 'SCHEMA',
  kind: 'invalid',
  path,
  message,
  fix: 'see `kubectl explain mcps` for the fields and their types',
});

function objectName(metadata: Fields): string {
  const { name, generateName, namespace } = metadata;
  const shownName =
    typeof name === 'string' ? name : typeof generateName === 'string' ? `${generateName}*` : '(unnamed)';
  return `${typeof namespace === 'string' ? namespace : 'default'}/${shownName}`;
}

const isTextFields = (value: unknown): value is Readonly<Record<string, string>> | undefined | null =>
  value === undefined ||
  value === null ||
  (isPlainObject(value) && Object.values(value).every((item) => typeof item === 'string'));

const textFields = (value: unknown): Readonly<Record<string, string>> => (isTextFields(value) ? (value ?? {}) : {});
