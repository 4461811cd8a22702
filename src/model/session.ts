// An McpSession as the programs see it: metadata we use, the parsed spec, the status. Parsed once, at the kube edge.

import { z } from 'zod';
import type { Condition } from './conditions.ts';
import { compileFits } from './fits.ts';
import { containerNameOf } from './names.ts';
import { type SessionSpec, sessionSpecSchema } from './session-spec.ts';
import type { Violation } from './violation.ts';

const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description }) as T; // same type
const time = () => z.iso.datetime({ offset: true });

export const conditionSchema = z
  .strictObject({
    type: described(z.string().min(1).max(64), 'Kind of the condition. Example: "Ready".'),
    status: described(z.enum(['True', 'False', 'Unknown']), 'Whether it holds.'),
    reason: described(z.string().min(1).max(64), 'One word from a closed list. Example: "Running".'),
    message: described(z.string().max(4096), 'A sentence for people, with the next step where there is one.'),
    observedGeneration: described(z.int().min(0).optional(), 'metadata.generation that this condition describes.'),
    lastTransitionTime: described(time(), 'When status last changed.'),
  })
  .meta({ description: 'One aspect of the state.' });

const isolationControl = z
  .strictObject({
    id: described(z.string().max(64), 'Name of the control. Example: "capabilities".'),
    want: described(z.string().max(1024), 'What was approved.'),
    got: described(z.string().max(1024), 'What the running container has, as the engine reports it.'),
    ok: described(z.boolean(), 'Whether they are the same.'),
  })
  .meta({ description: 'One control of the isolation profile.' });

export const assignmentSchema = z
  .strictObject({
    nodeName: described(z.string().max(253), 'Node whose controller owns the session. Written by placement, once.'),
    attempt: described(z.int().min(0), 'How often the session was assigned.'),
    instanceGeneration: described(
      z.int().min(1),
      'Grows with every new assignment: when the session moves to another node, and when it resumes.',
    ),
    assignedAt: described(time(), 'When the node was chosen; the startup deadline counts from here.'),
  })
  .meta({ description: 'The node of the session.' });

export const sessionStatusSchema = z
  .strictObject({
    observedGeneration: described(z.int().min(0).optional(), 'metadata.generation that this status describes.'),
    conditions: described(
      z
        .array(conditionSchema)
        .max(16)
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
        .optional(),
      'Ready, Reconciling, Stalled, PolicyAccepted, ImageReady, IsolationVerified, Finished.',
    ),
    assignment: described(assignmentSchema.optional(), 'The node of the session.'),
    container: described(
      z
        .strictObject({
          id: described(z.string().max(64), 'Id of the container on the engine.'),
          shortId: described(z.string().max(12), 'First 12 digits of the id.'),
          imageDigest: described(
            z.string().max(512),
            'Digest that runs; "local:<image id>" for an image without a registry digest.',
          ),
          runtime: described(z.string().max(64), 'OCI runtime that runs it.'),
          startedAt: described(time(), 'When the container started.'),
          commands: described(
            z.enum(['SessionInit', 'EngineExec']).optional(),
            'How commands reach the container. EngineExec: without files, logs and port forwards, because spec.sessionInit is Disabled or the session init does not answer.',
          ),
        })
        .optional(),
      'The container of the session, while it has one.',
    ),
    isolation: described(
      z
        .strictObject({
          controls: described(
            z.array(isolationControl).max(64).meta({ 'x-kubernetes-list-type': 'atomic' }),
            'Each control, wanted and found.',
          ),
          digest: described(z.string().max(80), 'SHA-256 over the controls, for comparison.'),
        })
        .optional(),
      'Proof that the running container is what was approved.',
    ),
    policy: described(
      z
        .strictObject({
          profile: described(z.string().max(64), 'Policy profile that judged the session.'),
          hash: described(z.string().max(80), 'SHA-256 of that policy.'),
        })
        .optional(),
      'The policy that judged the session.',
    ),
    grantedExpiry: described(time().optional(), 'When the session ends by lifetime.ttlSeconds.'),
    lastActivityTime: described(
      time().optional(),
      'Last known command; precise only while the status is written anyway.',
    ),
    finishedAt: described(time().optional(), 'When the session finished.'),
    vacatedGeneration: described(
      z.int().min(1).optional(),
      'assignment.instanceGeneration that the node has given up, suspended or drained: its container is gone, none follows, and it takes no room there. Placement assigns the session anew before it starts again.',
    ),
    restartCount: described(z.int().min(0).optional(), 'How often failurePolicy Recreate started a new container.'),
    exitCode: described(z.int().optional(), 'Exit code of the main process, once it has ended.'),
  })
  .meta({ description: 'What the operator has seen and done. Written by the operator only.' });

export type SessionStatus = z.output<typeof sessionStatusSchema>;
export type Assignment = z.output<typeof assignmentSchema>;
export type IsolationControl = z.output<typeof isolationControl>;
export type StatusCondition = Condition;

export interface ObjectMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  /** Milliseconds since the epoch, by the API server's clock. */
  readonly creationMs: number;
  readonly deletionMs: number | null;
  readonly finalizers: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface McpSession {
  readonly meta: ObjectMeta;
  /** null when the stored object does not fit the schema of this release; `problems` then says why. */
  readonly spec: SessionSpec | null;
  readonly problems: readonly Violation[];
  readonly status: SessionStatus;
}

const fitsSpec = compileFits(sessionSpecSchema);

/** Parses a spec as the API server would: defaults filled in, every problem named by its path. */
export function parseSessionSpec(
  raw: unknown,
):
  | { readonly spec: SessionSpec; readonly problems: readonly [] }
  | { readonly spec: null; readonly problems: readonly Violation[] } {
  if (fitsSpec(raw)) return { spec: raw as SessionSpec, problems: [] }; // what zod would return, by fits.ts
  if (hasMoreValues(raw, MAX_SPEC_VALUES)) return { spec: null, problems: [tooManyValues] };
  const parsed = sessionSpecSchema.safeParse(raw);
  if (parsed.success && hasPrototypeKey(raw)) return { spec: null, problems: [prototypeKey] };
  if (parsed.success) return { spec: parsed.data, problems: [] };
  return { spec: null, problems: parsed.error.issues.map((issue) => schemaViolation(issue)) };
}

/** More than the schema lets any spec have; zod would look at every one of them before it says so. */
const MAX_SPEC_VALUES = 10_000;

const tooManyValues: Violation = {
  rule: 'SCHEMA',
  kind: 'invalid',
  path: 'spec',
  message: `holds more than ${MAX_SPEC_VALUES} values`,
  fix: 'see `kubectl explain mcps.spec` for the fields and how many each may hold',
};

/** zod leaves the key out of maps without a word; every other object is closed and refuses it. */
function hasPrototypeKey(raw: unknown): boolean {
  const { nodeSelector } = raw as { readonly nodeSelector?: object }; // parsed as a spec just now
  return nodeSelector !== undefined && Object.hasOwn(nodeSelector, '__proto__');
}

const prototypeKey: Violation = {
  rule: 'SCHEMA',
  kind: 'invalid',
  path: 'spec.nodeSelector',
  message: 'holds "__proto__", which is no label of a node',
  fix: 'delete it',
};

/** Without recursion: what comes here may be nested deeply. */
function hasMoreValues(value: unknown, most: number): boolean {
  const open: unknown[] = [value];
  let count = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    const inner: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    count += inner.length;
    if (count > most) return true;
    for (const each of inner) if (typeof each === 'object') open.push(each);
  }
  return false;
}

/** Unknown fields that are named one by one. */
const SHOWN_KEYS = 5;

function schemaViolation(issue: z.core.$ZodIssue): Violation {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const path = issue.path.reduce<string>(
    (joined, part) => (typeof part === 'number' ? `${joined}[${part}]` : `${joined}.${String(part)}`),
    'spec',
  );
  return {
    rule: 'SCHEMA',
    kind: 'invalid',
    path: keys.length === 1 ? `${path}.${keys[0]}` : path,
    message: keys.length > 0 ? unknownFields(keys) : issue.message,
    fix: isUnquoted(issue)
      ? 'put it in quotes, so that it is text'
      : 'see `kubectl explain mcps.spec` for the fields and their types',
  };
}

/** YAML reads 8080, 1.10, yes and null as something else than text. */
const isUnquoted = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_type' && /expected string, received (?:number|boolean)/.test(issue.message);

function unknownFields(keys: readonly string[]): string {
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => JSON.stringify(key));
  const more = keys.length > SHOWN_KEYS ? ` and ${keys.length - SHOWN_KEYS} more` : '';
  return `unknown field ${shown.join(', ')}${more}`;
}

/** Of the container that the session has or would have under its present assignment. */
export const nameOfContainer = ({ meta, status }: Pick<McpSession, 'meta' | 'status'>): string =>
  containerNameOf({ uid: meta.uid, instanceGeneration: status.assignment?.instanceGeneration ?? 1 });

export const ownerOf = (meta: Pick<ObjectMeta, 'annotations'>): string | null =>
  meta.annotations['mcpsession.dev/owner'] ?? null;
