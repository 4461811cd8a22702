// What a rule says when it refuses. Plain data: the denial text of every gate is rendered from it (rules/render.ts).

export interface Violation {
  /** Rule id, for example "MCPS-101"; "SCHEMA" for a spec that does not fit the schema. */
  readonly rule: string;
  /** How the API conventions class it: a value that may never be set, one out of range, one that is missing. */
  readonly kind: 'forbidden' | 'invalid' | 'required';
  /** Where, for example "spec.mounts[0].hostPath". */
  readonly path: string;
  /** The offending value as short text; absent when the value could be a secret or says nothing. */
  readonly value?: string | undefined;
  /** States the fact and what is allowed, never the caller's action; on one line, without secrets. */
  readonly message: string;
  /** What to do, as an imperative without a full stop. */
  readonly fix: string;
}
