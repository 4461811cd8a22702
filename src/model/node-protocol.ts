// The wire between front end and node API, and between CLI and front end: one POST per command, a stream of JSON lines back.
// Both ends import this file; nothing else describes the protocol.

import { z } from 'zod';
import { callerSchema } from './caller.ts';

/** Path of the exec operation; the UID in the body must match the session that the node runs under this name. */
export const execPath = (session: { namespace: string; name: string }): string =>
  `/v1/namespaces/${encodeURIComponent(session.namespace)}/sessions/${encodeURIComponent(session.name)}/exec`;

const EXEC_PATH = /^\/v1\/namespaces\/([a-z0-9-]{1,63})\/sessions\/([a-z0-9.-]{1,253})\/exec$/;

/** The session that a request path names; null for every other path. Object names need no URL encoding, so none is decoded. */
export function parseExecPath(path: string): { readonly namespace: string; readonly name: string } | null {
  const match = EXEC_PATH.exec(path);
  return match?.[1] === undefined || match[2] === undefined ? null : { namespace: match[1], name: match[2] };
}

export const execCommandSchema = z.strictObject({
  argv: z.array(z.string().max(131_072)).min(1).max(1024),
  env: z
    .array(z.strictObject({ name: z.string().min(1).max(256), value: z.string().max(32_768) }))
    .max(256)
    .default([]),
  cwd: z.string().min(1).max(4096).nullable().default(null),
  /** Base64; closed after its end. */
  stdin: z.string().max(1_398_104).nullable().default(null),
  timeoutSeconds: z.number().positive().max(86_400).nullable().default(null),
  maxOutputBytes: z.int().min(1).nullable().default(null),
});
export type ExecCommand = z.output<typeof execCommandSchema>;

export const execRequestSchema = z.strictObject({
  sessionUid: z.string().min(1).max(64),
  /** Who asked the front end; only the front end's own account may name somebody. null: the bearer of the token itself. */
  caller: callerSchema.nullable().default(null),
  command: execCommandSchema,
});
export type ExecRequest = z.output<typeof execRequestSchema>;

export const execFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), execId: z.string() }),
  z.strictObject({ type: z.literal('output'), stream: z.enum(['stdout', 'stderr']), data: z.base64() }),
  /** Bytes of the middle that the cap left out; what follows is the tail. */
  z.strictObject({ type: z.literal('omitted'), stream: z.enum(['stdout', 'stderr']), bytes: z.int() }),
  z.strictObject({
    type: z.literal('exit'),
    /** null when the command was ended by us. */
    exitCode: z.int().nullable(),
    timedOut: z.boolean(),
    durationMs: z.number(),
    /** Bytes the command wrote, before the cap. */
    stdoutBytes: z.int(),
    stderrBytes: z.int(),
    truncated: z.boolean(),
    /** The container ended with the command; the session runs no more, or anew by its failurePolicy. */
    containerEnded: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('error'), kind: z.string(), message: z.string() }),
]);
export type ExecFrame = z.output<typeof execFrameSchema>;
