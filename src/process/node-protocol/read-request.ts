// The arguments of a request: path, query, headers, JSON body. Everything is checked here and nothing is believed yet.

import type { IncomingMessage } from 'node:http';
import { OperatorError } from '../../lib/errors.ts';
import { callerSchema } from '../../model/caller.ts';
import {
  CALLER_HEADER,
  COMMAND_HEADER,
  parseRoute,
  QUERIES,
  type QueryOf,
  type Route,
} from '../../model/node-routes.ts';
import type { OperationName } from '../../model/node-operations.ts';
import { type InteractiveCommand, interactiveCommandSchema } from '../../model/node-protocol.ts';
import { readJsonBody } from '../json-body.ts';
import { decodeHeaderJson } from './header-json.ts';
import type { Claims } from './opened-session.ts';

/** Of a schema of the model, this much is used here. */
interface Schema<T> {
  safeParse(value: unknown):
    | { readonly success: true; readonly data: T }
    | {
        readonly success: false;
        readonly error: { readonly issues: readonly { readonly path: readonly PropertyKey[] }[] };
      };
}

const BODY_LIMITS = { maxBytes: 2 * 1024 * 1024, maxDepth: 16 };

/** Throws `not-found` for a request that is no operation. */
export function requireRoute(request: IncomingMessage): Route {
  const { path, parameters } = targetOf(request);
  const route = parseRoute({ method: request.method ?? '', path, op: parameters.get('op') });
  if (route !== null) return route;
  throw new OperatorError('not-found', 'no such path and method; the node protocol (docs/node-protocol.md) has others');
}

/** The parameters of an operation. Throws `invalid` for unknown, missing, repeated and malformed ones. */
export function readQuery<Name extends OperationName>(request: IncomingMessage, operation: Name): QueryOf<Name> {
  const { parameters } = targetOf(request);
  const given = Object.fromEntries(parameters);
  if (Object.keys(given).length !== parameters.size) throw new OperatorError('invalid', 'a parameter comes twice');
  // The compiler does not follow that the schema of one name gives the type of the same name.
  return parsed(QUERIES[operation] as Schema<QueryOf<Name>>, given, 'the parameters of the request');
}

/** For every operation whose claims are not in its body. */
export function readClaims(request: IncomingMessage, route: Route, uid: string): Claims {
  const header = decodeHeaderJson(request.headers[CALLER_HEADER], CALLER_HEADER);
  const caller = header === null ? null : parsed(callerSchema, header, `the header ${CALLER_HEADER}`);
  return { ...route, uid, caller };
}

export function readInteractiveCommand(request: IncomingMessage): InteractiveCommand {
  const command = decodeHeaderJson(request.headers[COMMAND_HEADER], COMMAND_HEADER);
  return parsed(interactiveCommandSchema, command, `the header ${COMMAND_HEADER}`);
}

export async function readBodyAs<T>(
  request: IncomingMessage,
  body: { readonly schema: Schema<T>; readonly what: string },
  signal: AbortSignal,
): Promise<T> {
  return parsed(body.schema, await readJsonBody(request, BODY_LIMITS, signal), body.what);
}

/** Says where the value does not fit, never what it holds. */
function parsed<T>(schema: Schema<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues.map((issue) => issue.path.map(String).join('.') || '(as a whole)');
  const places = [...new Set(where)].slice(0, 5).join(', ');
  throw new OperatorError('invalid', `${what} does not fit the protocol at: ${places}`);
}

/** The path as it stands: a URL parser would resolve ".." in it, and no path of ours has one. */
function targetOf(request: IncomingMessage): { readonly path: string; readonly parameters: URLSearchParams } {
  const target = request.url ?? '';
  const at = target.indexOf('?');
  if (at === -1) return { path: target, parameters: new URLSearchParams() };
  return { path: target.slice(0, at), parameters: new URLSearchParams(target.slice(at + 1)) };
}
