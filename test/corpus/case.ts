// The form of the corpora of security.md 11: specs as a person or an attacker writes them, with the exact verdict that every
// gate must give. Data only; test/unit/corpus and test/integration/corpus bring them to the gates.

import type { ProfileName } from '../../src/model/policy.ts';
import { PINNED_IMAGE } from '../support/session-builder.ts';

/**
 * Where a spec is judged. "apiServer" stands for the definition (CRD), its policies and the webhook together, "stored" for a controller
 * that sees what the API server made of the spec while nobody else judged it.
 */
export type Gate = 'check' | 'frontend' | 'webhook' | 'controller' | 'apiServer' | 'stored';

export type RuleIds = readonly string[];

/** Fields of a spec, right or wrong. */
export type Spec = Readonly<Record<string, unknown>>;

export interface CorpusRow {
  /** A sentence about the spec, with the requirement it comes from where there is one. */
  readonly title: string;
  /** Top-level fields; the image is a pinned one unless the row names another. */
  readonly spec?: Spec;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Profile of the namespace; the default one when left out. */
  readonly profile?: ProfileName;
  /** The ids that refuse it, "SCHEMA" for the definition; empty for a benign one. */
  readonly want?: RuleIds;
  /** The ids that warn, for benign specs; those of hostile ones must only be the same at all gates. */
  readonly warns?: RuleIds;
  /** What a gate says that sees more or less of the object than the others, with the reason in `because`. */
  readonly at?: Partial<Readonly<Record<Gate, RuleIds>>>;
  readonly because?: string;
  /** A spec of which the local image of the tests can make a running session. */
  readonly runs?: true;
}

export interface CorpusCase {
  readonly id: string;
  readonly class: string;
  readonly title: string;
  readonly spec: Spec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly profile: ProfileName;
  readonly want: RuleIds;
  readonly warns: RuleIds;
  readonly at: Partial<Readonly<Record<Gate, RuleIds>>>;
  readonly runs: boolean;
}

/** A class of cases; `want` and `spec` of a row win over those of the class. */
export function corpusClass(
  name: string,
  common: { readonly want?: RuleIds; readonly profile?: ProfileName },
  rows: readonly CorpusRow[],
): readonly CorpusCase[] {
  return rows.map((row, index) => ({
    id: `${name}-${String(index + 1).padStart(2, '0')}`,
    class: name,
    title: row.title,
    spec: { image: PINNED_IMAGE, ...row.spec },
    labels: row.labels ?? {},
    annotations: row.annotations ?? {},
    profile: row.profile ?? common.profile ?? 'sandbox',
    want: [...(row.want ?? common.want ?? [])].sort(),
    warns: row.warns ?? [],
    at: row.at ?? {},
    runs: row.runs === true,
  }));
}

/** What the gate must say of the case, in order. */
export const wantedAt = (gate: Gate, { want, at }: CorpusCase): RuleIds =>
  [...((gate === 'stored' ? (at.stored ?? at.controller) : at[gate]) ?? want)].sort();

/** The object that is sent to a gate; `metadata` adds name and namespace. */
export const objectOf = (
  { spec, labels, annotations }: CorpusCase,
  metadata: Readonly<Record<string, unknown>>,
): Record<string, unknown> => ({
  apiVersion: 'mcpsession.dev/v1alpha1',
  kind: 'McpSession',
  metadata: {
    ...metadata,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  },
  spec,
});

const bodyOf = ({ spec, labels, annotations, profile }: CorpusCase): string =>
  JSON.stringify([spec, labels, annotations, profile]);

/** The cases that say something that no case before them says. */
export function withoutRepeats(cases: readonly CorpusCase[]): readonly CorpusCase[] {
  const seen = new Set<string>();
  return cases.filter((given) => seen.size < seen.add(bodyOf(given)).size);
}

/** The case that says the same. */
export const sameCase = (cases: readonly CorpusCase[], given: CorpusCase): CorpusCase | undefined =>
  cases.find((other) => bodyOf(other) === bodyOf(given));
