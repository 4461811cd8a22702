// Who is this, and may they: TokenReview and SubjectAccessReview.

import type { AccessRequest, Caller } from '../model/caller.ts';

export interface Authenticator {
  /** null when the token is not good for `audience`; never says why to the caller. Rejects with `unavailable` when nobody can tell. */
  authenticate(token: string, audience: string, signal: AbortSignal): Promise<Caller | null>;
}

export interface Authorizer {
  /** Asks as the caller, not as ourselves. Rejects with `unavailable` when nobody can tell: that is a refusal, never a yes. */
  allowed(
    caller: Caller,
    request: AccessRequest,
    signal: AbortSignal,
  ): Promise<{ readonly allowed: boolean; readonly reason: string }>;
}
