// Whether the requester may read what the spec refers to: SubjectAccessReview at admission, because the controller reads it later with
// a right of its own (design.md 8.12). Of the front end's sessions the front end has asked, as the caller it authenticated.

import { OWNER_ANNOTATION } from '../model/names.ts';
import type { Violation } from '../model/violation.ts';
import type { Authorizer } from '../ports/authority.ts';
import { addedObjects, referenceViolations } from '../rules/access/reference-rights.ts';
import type { AdmissionRequest } from './admission-review.ts';

export interface ReferenceRights {
  /** Of what a create names, or an update names anew; none for every other request. Rejects with `unavailable` when nobody can tell. */
  problems(request: AdmissionRequest, signal: AbortSignal): Promise<readonly Violation[]>;
}

export function createReferenceRights(options: {
  readonly authorizer: Authorizer;
  readonly frontendUsername: string;
}): ReferenceRights {
  const { authorizer, frontendUsername } = options;
  return {
    async problems({ operation, namespace, requester, object, oldObject }, signal) {
      if ((operation !== 'CREATE' && operation !== 'UPDATE') || object === null) return [];
      // Without an owner it is the front end's own wish, and it may read nothing.
      const forItsCaller =
        requester.username === frontendUsername && (object.annotations[OWNER_ANNOTATION] ?? '') !== '';
      if (forItsCaller) return [];
      const objects = addedObjects(object.spec, operation === 'UPDATE' ? oldObject?.spec : undefined);
      return referenceViolations({ namespace, requester, objects }, async (access) => {
        return (await authorizer.allowed(requester, access, signal)).allowed;
      });
    },
  };
}
