// The operator's policy as it is now, and the labels by which a namespace chooses its profile.

import type { PolicySet } from '../model/policy-set.ts';

export interface Policies {
  /** What is in force at this moment; a decision asks once and keeps the answer. */
  current(): PolicySet;
}

export interface Namespaces {
  /** Of a namespace that does not exist: none. Rejects with `unavailable` when nobody can tell. */
  labelsOf(namespace: string, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Without asking anybody; null for a namespace that nobody has told of yet, which is not the same as one without labels. Throws
   * `unavailable` before the namespaces are known.
   */
  knownLabelsOf(namespace: string): Readonly<Record<string, string>> | null;
}
