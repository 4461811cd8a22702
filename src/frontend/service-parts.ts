// What the use cases of the front end stand on. Apart from services.ts, which imports the use cases.

import type { Policy } from '../model/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { NodeAccess } from '../ports/node-access.ts';
import type { SessionStore } from '../ports/sessions.ts';
import type { Access } from './access.ts';
import type { ExecBudget } from './exec-budget.ts';
import type { ExecRoute } from './exec-route.ts';

export interface ServiceParts {
  readonly sessions: SessionStore;
  readonly access: Access;
  readonly execRoute: ExecRoute;
  readonly execBudget: ExecBudget;
  readonly nodeAccess: NodeAccess;
  readonly policy: () => Policy;
  readonly clock: Clock;
  readonly log: Log;
  /** Namespace of a caller that is not a ServiceAccount and names none. */
  readonly defaultNamespace: string;
  /** Fresh, unguessable lower-case hex, at least 16 digits: session names, request ids, nonces. */
  readonly newId: () => string;
}
