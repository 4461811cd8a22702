// Whether the caller may read what a spec refers to. Admission trusts the front end with this question, as with the owner's name: it
// alone knows the caller whole, groups included.

import type { Caller } from '../../model/caller.ts';
import type { Violation } from '../../model/violation.ts';
import { namedObjects, referenceViolations } from '../../rules/access/reference-rights.ts';
import type { ServiceParts } from '../service-parts.ts';

/** None for a person with a kubeconfig, whom admission asks for. */
export function referenceProblems(
  { access }: Pick<ServiceParts, 'access'>,
  asked: { readonly caller: Caller; readonly namespace: string; readonly spec: unknown },
  signal: AbortSignal,
): Promise<readonly Violation[]> {
  const { caller, namespace, spec } = asked;
  return referenceViolations({ namespace, requester: caller, objects: namedObjects(spec) }, (request) =>
    access.allowed(caller, request, signal),
  );
}
