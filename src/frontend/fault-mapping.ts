// Faults of the API server as refusals of the tools, and refusals as kinds of the node protocol. Faults of a node: node-refusal.ts.

import { assertNever } from '../lib/assert-never.ts';
import { type FaultKind, OperatorError } from '../lib/errors.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import type { AccessRequest, Caller } from '../model/caller.ts';
import { GROUP } from '../model/names.ts';
import type { SessionReference } from '../ports/sessions.ts';
import { NAMESPACE_QUOTA_RULE } from '../rules/access/namespace-quota.ts';
import { OWNER_QUOTA_RULE } from '../rules/access/owner-quota.ts';
import { sentence, type ToolError, type ToolErrorCode } from './tool-error.ts';

const MAX_FOREIGN_TEXT = 2000;
export const FREE_A_PLACE =
  'call session_list to see the sessions, end one with session_delete, then call session_create again';

/** The caller lacks a right; says which one to grant. */
export function forbidden(caller: Caller, request: AccessRequest): ToolError {
  const resource = request.subresource === '' ? request.resource : `${request.resource}/${request.subresource}`;
  return {
    code: 'FORBIDDEN',
    what: `${JSON.stringify(shown(caller.username))} may not ${request.verb} ${resource} in namespace "${request.namespace}".`,
    next: `ask an admin of the namespace to grant verb "${request.verb}" on "${resource}" of API group ${GROUP}`,
  };
}

/** Creating failed at the API server. null: not an expected refusal. */
export function createRefusal(fault: OperatorError, session: SessionReference): ToolError | null {
  const reason = sentence(shown(onOneLine(fault.message)));
  switch (fault.kind) {
    case 'already-exists':
      return {
        code: 'NAME_TAKEN',
        what: `A session named "${session.name}" exists in namespace "${session.namespace}" already.`,
        next: 'call session_create with another name, or without one',
      };
    case 'not-found':
      return /^namespaces? /.test(fault.message)
        ? {
            code: 'INVALID_ARGUMENT',
            what: `The namespace "${session.namespace}" does not exist.`,
            next: 'call session_create with the ns of a namespace that exists, or without ns for your own',
          }
        : null;
    case 'invalid':
      if (isQuotaAlone(fault.message)) return { code: 'QUOTA_EXCEEDED', what: reason, next: FREE_A_PLACE };
      return {
        code: 'POLICY_DENIED',
        what: `Admission refused the session: ${reason}`,
        next: 'change the arguments that it names, or ask an admin',
      };
    case 'forbidden':
      return /quota/i.test(fault.message)
        ? { code: 'QUOTA_EXCEEDED', what: reason, next: FREE_A_PLACE }
        : { code: 'FORBIDDEN', what: reason, next: `ask an admin of namespace "${session.namespace}" for the right` };
    default:
      return null;
  }
}

/** Nothing beside the quotas refused: whoever frees a place has mended all of it. */
function isQuotaAlone(message: string): boolean {
  const rules: readonly string[] = message.match(/MCPS-\d+/g) ?? [];
  return rules.length > 0 && rules.every((rule) => rule === OWNER_QUOTA_RULE.id || rule === NAMESPACE_QUOTA_RULE.id);
}

export function rateLimited(retryAfterSeconds: number): ToolError {
  return {
    code: 'RATE_LIMITED',
    what: `Too many commands; the next one is possible in ${retryAfterSeconds} s.`,
    next: `wait ${retryAfterSeconds} s, then retry`,
    retryAfterSeconds,
  };
}

/** Everything unexpected: the caller gets an id, the log gets the fault. */
export function internal(fault: OperatorError, requestId: string): ToolError {
  const away = fault.kind === 'unavailable' || fault.kind === 'timeout';
  return {
    code: 'INTERNAL',
    what: away
      ? `The Kubernetes API does not answer right now. Request ${requestId}.`
      : `A fault on our side. Request ${requestId}.`,
    next: away
      ? 'retry in a few seconds'
      : `report the request id ${requestId} to an admin, who finds it in the log of the front end`,
  };
}

/** A refusal towards the CLI and the stdio front end, which speak the node protocol. */
export function faultOfToolError(error: ToolError): OperatorError {
  const options = error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds };
  return new OperatorError(kindOfCode(error.code), error.what, options);
}

function kindOfCode(code: ToolErrorCode): FaultKind {
  switch (code) {
    case 'INVALID_ARGUMENT':
    case 'BINARY_FILE':
      return 'invalid';
    case 'POLICY_DENIED':
      return 'denied';
    case 'SESSION_NOT_FOUND':
      return 'not-found';
    case 'SESSION_EXPIRED':
      return 'expired';
    case 'FORBIDDEN':
    case 'QUOTA_EXCEEDED':
      return 'forbidden';
    case 'RATE_LIMITED':
      return 'rate-limited';
    case 'NAME_TAKEN':
      return 'already-exists';
    case 'BUSY':
    case 'CONFLICT':
      return 'conflict';
    case 'EXEC_TIMEOUT':
      return 'timeout';
    case 'EXEC_NOT_FOUND':
      return 'not-found';
    case 'OUTPUT_GONE':
      return 'expired';
    case 'PATH_NOT_FOUND':
      return 'path-not-found';
    case 'PATH_OUTSIDE_WORKSPACE':
      return 'path-outside';
    case 'FILE_TOO_LARGE':
      return 'too-large';
    case 'DISK_FULL':
      return 'no-space';
    case 'CONNECTION_REFUSED':
      return 'refused';
    case 'UNSUPPORTED':
      return 'unsupported';
    case 'NOT_READY_YET':
    case 'NO_ELIGIBLE_NODE':
    case 'IMAGE_PULL_FAILED':
    case 'DOCKER_UNAVAILABLE':
      return 'unavailable';
    case 'INTERNAL':
      return 'internal';
    default:
      return assertNever(code);
  }
}

/** Causes that come as a list of lines, as kubectl prints them. */
const onOneLine = (text: string): string => text.replace(/:\s*\n\* /, ': ').replaceAll('\n* ', '; ');

/** Text of others in a message of ours: visible and bounded. */
export const shown = (text: string): string => shorten(escapeInvisible(text), MAX_FOREIGN_TEXT);
