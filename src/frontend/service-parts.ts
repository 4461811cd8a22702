// What the use cases of the front end stand on. Apart from services.ts, which imports the use cases.

import type { PolicySet } from '../model/policy-set.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { NodeAccess } from '../ports/node-access.ts';
import type { SessionStore } from '../ports/sessions.ts';
import type { ChosenPolicies } from '../rules/profile-choice.ts';
import type { Access } from './access.ts';
import type { ExecBudget } from './exec-budget.ts';
import type { ExecRoute } from './exec-route.ts';

/** Who judges the sessions of a namespace now. Rejects with `unavailable` when nobody can tell. */
export type PoliciesFor = (
  namespace: string,
  signal: AbortSignal,
) => Promise<{ readonly policies: ChosenPolicies; readonly isSuspended: boolean; readonly all: PolicySet }>;

export interface ServiceParts {
  readonly sessions: SessionStore;
  readonly access: Access;
  readonly execRoute: ExecRoute;
  readonly execBudget: ExecBudget;
  readonly nodeAccess: NodeAccess;
  readonly policiesFor: PoliciesFor;
  readonly clock: Clock;
  readonly log: Log;
  /** Namespace of a caller that is not a ServiceAccount and names none. */
  readonly defaultNamespace: string;
  /** Fresh, unguessable lower-case hex, at least 16 digits: session names, request ids, nonces. */
  readonly newId: () => string;
}
