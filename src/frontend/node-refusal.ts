// Faults of a session's node as refusals of the tools: what the same kind means depends on what was asked for.

import { assertNever } from '../lib/assert-never.ts';
import type { OperatorError } from '../lib/errors.ts';
import { OPERATION_RIGHTS, type OperationName } from '../model/node-operations.ts';
import type { SessionReference } from '../ports/sessions.ts';
import { rateLimited, shown } from './fault-mapping.ts';
import { sentence, type ToolError } from './tool-error.ts';

export interface NodeAsked {
  readonly operation: OperationName;
  readonly session: SessionReference;
}

/** The node did not do it, or not to its end. null: not an expected refusal. */
export function nodeRefusal(fault: OperatorError, asked: NodeAsked): ToolError | null {
  const what = sentence(shown(fault.message));
  const { operation, session } = asked;
  const aboutCommand = ABOUT_ONE_COMMAND.has(operation);
  switch (fault.kind) {
    case 'path-not-found':
      return {
        code: 'PATH_NOT_FOUND',
        what,
        next: `call session_list_files with session="${session.name}" to see what is there`,
      };
    case 'path-outside':
      return {
        code: 'PATH_OUTSIDE_WORKSPACE',
        what,
        next: 'use a path below the workspace of the session, or session_exec for files elsewhere',
      };
    case 'too-large':
      return OPERATION_RIGHTS[operation].subresource === 'files'
        ? { code: 'FILE_TOO_LARGE', what, next: 'write a smaller file, or several' }
        : {
            code: 'INVALID_ARGUMENT',
            what: `The command was ended: ${what}`,
            next: 'call session_exec with the output redirected to a file',
          };
    case 'no-space':
      return { code: 'DISK_FULL', what, next: 'remove files from the workspace with session_exec, then retry' };
    case 'refused':
      return {
        code: 'CONNECTION_REFUSED',
        what,
        next: 'start a program in the session that listens there, then retry',
      };
    case 'unsupported':
      return {
        code: 'UNSUPPORTED',
        what,
        next: 'use session_exec for the same effect, or create a session with the session init',
      };
    case 'conflict':
      return conflict(fault, what, operation);
    case 'expired':
      return operation === 'execOutput'
        ? { code: 'OUTPUT_GONE', what, next: 'run the command again with its output redirected to a file' }
        : { code: 'SESSION_EXPIRED', what, next: 'call session_create for a new session' };
    case 'not-found':
      return aboutCommand
        ? { code: 'EXEC_NOT_FOUND', what, next: 'run the command again with session_exec' }
        : notDone(what, asked);
    case 'unavailable':
    case 'timeout':
      return notDone(what, asked);
    case 'invalid':
      return startsCommand(operation)
        ? {
            code: 'INVALID_ARGUMENT',
            what: `The command was not run: ${what}`,
            next: 'call session_exec with changed arguments',
          }
        : { code: 'INVALID_ARGUMENT', what: `It was not done: ${what}`, next: 'retry with changed arguments' };
    case 'rate-limited':
      return rateLimited(fault.retryAfterSeconds ?? 60);
    case 'forbidden':
      return forbiddenThere(what, asked);
    case 'denied':
      return commandRefusal(fault.message);
    case 'unauthenticated':
    case 'already-exists':
    case 'cancelled':
    case 'internal':
      return null;
    default:
      return assertNever(fault.kind);
  }
}

/** Policy refuses the command; both gates say it alike. */
export const commandRefusal = (text: string): ToolError => ({
  code: 'POLICY_DENIED',
  what: sentence(shown(text)),
  next: 'call session_exec with the command changed, or ask an admin for another policy',
});

const startsCommand = (operation: OperationName): boolean => operation === 'exec' || operation === 'openExec';

const ABOUT_ONE_COMMAND: ReadonlySet<OperationName> = new Set(['execRecord', 'execOutput', 'execInput', 'execKill']);

function conflict(fault: OperatorError, what: string, operation: OperationName): ToolError {
  const busy = fault.retryAfterSeconds !== null || startsCommand(operation);
  if (!busy) return { code: 'CONFLICT', what, next: 'look again at what is there, then retry' };
  return {
    code: 'BUSY',
    what,
    next: startsCommand(operation) ? 'wait for a running command to end, then retry' : 'retry in a moment',
    retryAfterSeconds: fault.retryAfterSeconds ?? 1,
  };
}

const notDone = (what: string, { operation, session }: NodeAsked): ToolError => ({
  code: 'NOT_READY_YET',
  what: `The node of the session did not ${startsCommand(operation) ? 'run the command' : 'do it'}: ${what}`,
  next: `call session_get with session="${session.name}" ns="${session.namespace}"`,
});

/** By the caller's rights, or by the permissions of a file. */
function forbiddenThere(what: string, { operation, session }: NodeAsked): ToolError {
  const { verb, subresource } = OPERATION_RIGHTS[operation];
  const right = `ask an admin of namespace "${session.namespace}" for ${verb} on mcpsessions/${subresource}`;
  const orMode = subresource === 'files' ? ', or change the permissions of the file with session_exec' : '';
  return { code: 'FORBIDDEN', what, next: `${right}${orMode}` };
}
