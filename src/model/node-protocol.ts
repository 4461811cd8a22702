// The wire between front end and node API, and between CLI and front end: what bodies, lines and messages hold. Paths and queries
// are node-routes.ts, binary messages process/node-protocol/messages.ts; both ends import these files.

import { z } from 'zod';
import { callerSchema } from './caller.ts';

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
  /** The answer ends once the command runs; it is found under its id. */
  background: z.boolean().default(false),
  /** Input stays open after `stdin`, for later writes under the command's id. */
  keepInputOpen: z.boolean().default(false),
});
export type ExecCommand = z.output<typeof execCommandSchema>;

export const execRequestSchema = z.strictObject({
  sessionUid: z.string().min(1).max(64),
  /** Who asked the front end; only the front end's own account may name somebody. null: the bearer of the token itself. */
  caller: callerSchema.nullable().default(null),
  command: execCommandSchema,
});
export type ExecRequest = z.output<typeof execRequestSchema>;

/** Something failed after the first line or message. */
export const errorFrameSchema = z.strictObject({
  type: z.literal('error'),
  kind: z.string(),
  message: z.string(),
});
export type ErrorFrame = z.output<typeof errorFrameSchema>;

export const execFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), execId: z.string() }),
  z.strictObject({ type: z.literal('output'), stream: z.enum(['stdout', 'stderr']), data: z.base64() }),
  /** Bytes of the middle that the cap left out; what follows is the tail. */
  z.strictObject({ type: z.literal('omitted'), stream: z.enum(['stdout', 'stderr']), bytes: z.int() }),
  z.strictObject({
    type: z.literal('exit'),
    /** null when the command was ended by us. */
    exitCode: z.int().nullable(),
    /** Number of the signal that ended it. */
    signal: z.int().nullable().default(null),
    timedOut: z.boolean(),
    durationMs: z.number(),
    /** Bytes the command wrote, before the cap. */
    stdoutBytes: z.int(),
    stderrBytes: z.int(),
    truncated: z.boolean(),
    /** The container ended with the command; the session runs no more, or anew by its failurePolicy. */
    containerEnded: z.boolean().default(false),
  }),
  errorFrameSchema,
]);
export type ExecFrame = z.output<typeof execFrameSchema>;

/** A command that runs or is kept. */
export const execRecordSchema = z.strictObject({
  execId: z.string(),
  running: z.boolean(),
  exitCode: z.int().nullable(),
  signal: z.int().nullable(),
  timedOut: z.boolean(),
  killed: z.boolean(),
  containerEnded: z.boolean(),
  /** Processes that it left behind still run. */
  leftRunning: z.boolean(),
  durationMs: z.number(),
  cpuMs: z.number().nullable(),
  stdoutBytes: z.int(),
  stderrBytes: z.int(),
});
export type ExecRecord = z.output<typeof execRecordSchema>;

/** Most commands of one session that a node remembers. */
export const MAX_EXECS = 256;

export const execListSchema = z.strictObject({ execs: z.array(execRecordSchema).max(MAX_EXECS) });

export const execInputSchema = z.strictObject({
  /** Base64. */
  stdin: z.base64().max(1_398_104).nullable().default(null),
  endInput: z.boolean().default(false),
  sendSignal: z.int().min(1).max(64).nullable().default(null),
});

export const outputPageSchema = z.strictObject({
  /** Of the first byte of `data`; more than was asked for when the bytes before it were dropped. */
  offset: z.int(),
  data: z.base64(),
  nextOffset: z.int(),
  /** Nothing follows after this page. */
  end: z.boolean(),
  record: execRecordSchema,
});
export type OutputPage = z.output<typeof outputPageSchema>;

/** A command that somebody sits in front of: open input, every byte of output. */
export const interactiveCommandSchema = execCommandSchema
  .omit({ stdin: true, maxOutputBytes: true, background: true, keepInputOpen: true })
  .extend({
    stdin: z.boolean(),
    tty: z.strictObject({ rows: z.int().min(1).max(65_535), columns: z.int().min(1).max(65_535) }).nullable(),
  });
export type InteractiveCommand = z.output<typeof interactiveCommandSchema>;
export type InteractiveExit = ExecRecord;

/** Lines that a tail can have; more are read page by page. */
export const MAX_LOG_TAIL = 10_000;

export const logQuerySchema = z.strictObject({
  /** Last lines; null for all that are kept. Not together with `cursor`. */
  tail: z.int().min(0).max(MAX_LOG_TAIL).nullable().default(null),
  /** Milliseconds since the epoch. */
  sinceMs: z.number().nullable().default(null),
  /** RE2 expression; only lines that match. */
  grep: z.string().max(1024).nullable().default(null),
  cursor: z.string().max(64).nullable().default(null),
  follow: z.boolean().default(false),
  /** Most lines of one answer; not for `follow`. */
  most: z.int().min(1).max(100_000).default(10_000),
});
export type LogQuery = z.output<typeof logQuerySchema>;

export const logLineSchema = z.strictObject({
  atMs: z.number(),
  stream: z.enum(['stdout', 'stderr']),
  /** Without its line break; invalid UTF-8 replaced, cut after 64 KiB. */
  text: z.string(),
  cursor: z.string(),
  /** Bytes that were lost right before this line; left out for none. */
  droppedBytes: z.int().optional(),
});
export type LogLine = z.output<typeof logLineSchema>;

export const logEndSchema = z.strictObject({ cursor: z.string().max(64), truncated: z.boolean() });
export type LogEnd = z.output<typeof logEndSchema>;

export const logFrameSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('line'), line: logLineSchema }),
  logEndSchema.extend({ type: z.literal('end') }),
  errorFrameSchema,
]);
export type LogFrame = z.output<typeof logFrameSchema>;

export const fileStatSchema = z.strictObject({
  kind: z.enum(['file', 'directory', 'link', 'other']),
  size: z.int(),
  mode: z.int(),
  modifiedMs: z.number(),
});
export type FileStat = z.output<typeof fileStatSchema>;

/** Most entries of one page of a directory. */
export const MAX_FILE_ENTRIES = 10_000;

export const fileListingSchema = z.strictObject({
  entries: z
    .array(fileStatSchema.extend({ name: z.string() }))
    .max(MAX_FILE_ENTRIES)
    .readonly(),
  total: z.int(),
  more: z.boolean(),
});
export type FileListing = z.output<typeof fileListingSchema>;

/** Hex of a SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** The last message of an upload. */
export const uploadEndSchema = z.strictObject({ sha256: sha256Schema });

export const fileWrittenSchema = z.strictObject({ bytes: z.int(), sha256: sha256Schema, created: z.boolean() });
export type FileWritten = z.output<typeof fileWrittenSchema>;
