// What session rules look at: the spec and the little of the object around it that rules depend on. The same for every gate.

import type { SessionSpec } from '../model/session-spec.ts';

export interface SessionSubject {
  readonly spec: SessionSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
