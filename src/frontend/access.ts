// Whose rights count. Over HTTP the front end asks the API server as the caller; on a person's machine the API server judges
// the person's own requests. The use cases do not know which of the two they serve.

import type { AccessRequest, Caller } from '../model/caller.ts';
import { OWNER_ANNOTATION } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { Authorizer } from '../ports/authority.ts';
import { mayUseSession } from '../rules/access/session-access.ts';

export interface Access {
  /** false: the caller lacks the right. Rejects with `unavailable` when nobody can tell: that is a refusal, never a yes. */
  allowed(caller: Caller, request: AccessRequest, signal: AbortSignal): Promise<boolean>;
  /** Whether the session is the caller's to use. One that is not is answered like one that does not exist. */
  mayUse(caller: Caller, session: McpSession): boolean;
  /** Whether the policy at hand is the cluster's own. Where it is a guess, admission alone refuses a spec that fits the schema. */
  readonly knowsPolicy: boolean;
  /** Annotations of a session that the caller creates. */
  annotations(caller: Caller): Readonly<Record<string, string>>;
}

/** For callers that the front end authenticated: SubjectAccessReview as the caller, and the owner named on what it creates. */
export const subjectAccess = (authorizer: Authorizer): Access => ({
  async allowed(caller, request, signal) {
    return (await authorizer.allowed(caller, request, signal)).allowed;
  },
  mayUse: mayUseSession,
  knowsPolicy: true,
  annotations: (caller) => ({ [OWNER_ANNOTATION]: caller.username }),
});

/** For a person with a kubeconfig: every request carries the person's own credentials, so the API server and admission decide. */
export const ownRights: Access = {
  allowed: () => Promise.resolve(true),
  mayUse: () => true,
  knowsPolicy: false,
  annotations: () => ({}),
};
