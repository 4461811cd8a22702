// Paths and query parameters of the node protocol: which request is which operation, and with what arguments.
// Below /v1/namespaces/NS/sessions/NAME/; `uid` says which session of that name is meant. `exec` alone carries its session's UID
// and its caller in the body.

import { z } from 'zod';
import type { OperationName } from './node-operations.ts';
import { logQuerySchema, MAX_FILE_ENTRIES, sha256Schema } from './node-protocol.ts';

/** Base64url JSON of callerSchema: whom the request is for. Believed only from the front end's own account. */
export const CALLER_HEADER = 'mcpsession-caller';
/** Base64url JSON of interactiveCommandSchema: a request that is upgraded has no body that every HTTP library keeps. */
export const COMMAND_HEADER = 'mcpsession-command';
export const STREAM_PROTOCOL = 'mcpsession-stream/1';
export const FORWARD_PROTOCOL = 'mcpsession-forward/1';

interface RouteShape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the session; ID stands for the id of a command. */
  readonly path: string;
  /** Value of the parameter `op`, where two operations share method and path. */
  readonly op?: string;
}

export const ROUTES = {
  exec: { method: 'POST', path: 'exec' },
  openExec: { method: 'POST', path: 'exec/stream' },
  listExecs: { method: 'GET', path: 'exec' },
  execRecord: { method: 'GET', path: 'exec/ID' },
  execOutput: { method: 'GET', path: 'exec/ID/output' },
  execInput: { method: 'POST', path: 'exec/ID/input' },
  execKill: { method: 'POST', path: 'exec/ID/kill' },
  logs: { method: 'GET', path: 'logs' },
  fileStat: { method: 'GET', path: 'files', op: 'stat' },
  fileList: { method: 'GET', path: 'files', op: 'list' },
  fileRead: { method: 'GET', path: 'files/content' },
  fileWrite: { method: 'PUT', path: 'files/content' },
  fileMakeDirectory: { method: 'POST', path: 'files/directory' },
  fileRemove: { method: 'DELETE', path: 'files' },
  forward: { method: 'POST', path: 'portforward' },
} as const satisfies Readonly<Record<OperationName, RouteShape>>;

const count = z
  .string()
  .regex(/^[0-9]{1,15}$/)
  .transform(Number);
const truth = z.enum(['true', 'false']).transform((text) => text === 'true');
const filePath = z.string().min(1).max(4096);
const uid = z.string().min(1).max(64);
/** One request waits at most so long for the end of a command. */
export const MAX_WAIT_MS = 60_000;
/** Of one page of output; as base64 it is a line of 1.4 MB. */
export const MAX_PAGE_BYTES = 1_048_576;

const plain = z.strictObject({ uid });
export const QUERIES = {
  exec: z.strictObject({}),
  openExec: plain,
  listExecs: plain,
  execRecord: plain.extend({ waitMs: count.pipe(z.int().max(MAX_WAIT_MS)) }),
  execOutput: plain.extend({
    stream: z.enum(['stdout', 'stderr']),
    offset: count,
    limit: count.pipe(z.int().min(1).max(MAX_PAGE_BYTES)),
  }),
  execInput: plain,
  execKill: plain,
  /** `query` is JSON of logQuerySchema. */
  logs: plain.extend({ query: z.string().max(8192).transform(parseLogQuery) }),
  fileStat: plain.extend({ op: z.literal('stat'), path: filePath }),
  fileList: plain.extend({
    op: z.literal('list'),
    path: filePath,
    after: z.string().max(1024).default(''),
    most: count.pipe(z.int().min(1).max(MAX_FILE_ENTRIES)),
  }),
  fileRead: plain.extend({ path: filePath, offset: count, limit: count.nullable().default(null) }),
  fileWrite: plain.extend({
    path: filePath,
    mode: count.pipe(z.int().max(0o7777)).nullable().default(null),
    ifSha256: z
      .union([z.literal('absent'), sha256Schema])
      .nullable()
      .default(null),
    parents: truth.default(false),
    maxBytes: count,
  }),
  fileMakeDirectory: plain.extend({ path: filePath, parents: truth.default(false) }),
  fileRemove: plain.extend({ path: filePath, recursive: truth.default(false) }),
  forward: plain.extend({ port: count.pipe(z.int().min(1).max(65_535)) }),
} as const satisfies Readonly<Record<OperationName, z.ZodType>>;

export type QueryOf<Name extends OperationName> = z.output<(typeof QUERIES)[Name]>;

/** What a request means. */
export interface Route {
  readonly operation: OperationName;
  readonly namespace: string;
  readonly name: string;
  /** Of the command that the path names; "" for operations without one. */
  readonly execId: string;
}

const SESSION_PATH = /^\/v1\/namespaces\/([a-z0-9-]{1,63})\/sessions\/([a-z0-9.-]{1,253})\/([A-Za-z0-9_/-]{1,128})$/;
const COMMAND_PATH = /^exec\/([A-Za-z0-9_-]{1,64})((?:\/(?:output|input|kill))?)$/;

/** The session that a request path names, and what is below it; null for every other path. No part needs URL encoding, so none is decoded. */
export function parseSessionPath(
  path: string,
): { readonly namespace: string; readonly name: string; readonly below: string } | null {
  const [, namespace, name, below] = SESSION_PATH.exec(path) ?? [];
  return namespace === undefined || name === undefined || below === undefined ? null : { namespace, name, below };
}

/** null for a request that is no operation; `op` is the parameter of that name. */
export function parseRoute(request: {
  readonly method: string;
  readonly path: string;
  readonly op: string | null;
}): Route | null {
  const session = parseSessionPath(request.path);
  if (session === null) return null;
  const { namespace, name, below } = session;
  const fits = (wanted: string) => (entry: readonly [string, RouteShape]) =>
    entry[1].method === request.method && entry[1].path === wanted && (entry[1].op ?? null) === opOf(entry[1], request);
  const exact = ENTRIES.find(fits(below));
  if (exact !== undefined) return { operation: exact[0], namespace, name, execId: '' };
  const [, execId, rest] = COMMAND_PATH.exec(below) ?? [];
  if (execId === undefined) return null;
  const ofCommand = ENTRIES.find(fits(`exec/ID${rest ?? ''}`));
  return ofCommand === undefined ? null : { operation: ofCommand[0], namespace, name, execId };
}

const opOf = (shape: RouteShape, request: { readonly op: string | null }): string | null =>
  shape.op === undefined ? null : request.op;

// Object.entries knows the keys as strings only; they are those of ROUTES.
const ENTRIES = Object.entries(ROUTES) as readonly (readonly [OperationName, RouteShape])[];

/** Path and query of an operation. Parameters that are null are left out. */
export function operationPath(
  target: {
    readonly operation: OperationName;
    readonly namespace: string;
    readonly name: string;
    readonly execId?: string;
  },
  parameters: Readonly<Record<string, string | number | boolean | null>>,
): string {
  const { operation, namespace, name } = target;
  const shape: RouteShape = ROUTES[operation];
  const base = `/v1/namespaces/${encodeURIComponent(namespace)}/sessions/${encodeURIComponent(name)}`;
  const below = shape.path.replace('ID', encodeURIComponent(target.execId ?? ''));
  const query = new URLSearchParams();
  if (shape.op !== undefined) query.set('op', shape.op);
  for (const [key, value] of Object.entries(parameters)) if (value !== null) query.set(key, String(value));
  return query.size === 0 ? `${base}/${below}` : `${base}/${below}?${query.toString()}`;
}

/** Path of the exec operation; the UID in the body must match the session that the node runs under this name. */
export const execPath = (session: { readonly namespace: string; readonly name: string }): string =>
  operationPath({ operation: 'exec', ...session }, {});

function parseLogQuery(text: string, context: z.RefinementCtx): z.output<typeof logQuerySchema> {
  const parsed = logQuerySchema.safeParse(jsonOrNull(text));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: 'not a log query' });
  return z.NEVER;
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // no query: refused by its schema
  }
}
