// Which row of engine-calls.ts a request is, if any: the judgement of the guard before the engine's socket. Pure.

import { type BodyKind, type CallShape, ENGINE_CALLS, type EngineCallName, INIT_REPOSITORY } from './engine-calls.ts';

// Each part starts with a letter or digit, so no target can hold "..", "?", "#" or "%" and point at another call.
const TARGETS: Readonly<Record<Exclude<CallShape['target'], 'none'>, RegExp>> = {
  container: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/,
  exec: /^[0-9a-f]{64}$/,
  image: /^[A-Za-z0-9][\w.-]*(?::[\w.-]+)?(?:\/[A-Za-z0-9][\w.-]*)*(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?$/,
  'init-image': new RegExp(`^${INIT_REPOSITORY}:\\w[\\w.-]{0,127}$`),
  volume: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/,
  network: /^[0-9a-f]{64}$/,
};

/** Whether `target` may stand in the path of this call. */
export function isTargetOf(name: EngineCallName, target: string): boolean {
  const kind: CallShape['target'] = ENGINE_CALLS[name].target;
  return kind === 'none' ? target === '' : TARGETS[kind].test(target);
}

export interface OutgoingRequest {
  readonly method: string;
  /** Without its API version and its query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: BodyKind;
  /** Of a JSON body; empty for another. */
  readonly bodyFields: readonly string[];
  /** Of a volume in such a body; empty for none. */
  readonly driverOptions: readonly string[];
}

/** The row that allows this request; null when none does and it must not leave. */
export function allowedCall(request: OutgoingRequest): EngineCallName | null {
  const names = Object.keys(ENGINE_CALLS) as EngineCallName[]; // the keys of a constant object
  return names.find((name) => isRow(name, request)) ?? null;
}

function isRow(name: EngineCallName, request: OutgoingRequest): boolean {
  const call: CallShape = ENGINE_CALLS[name];
  if (call.method !== request.method) return false;
  if (!isTargetOf(name, targetIn(call.path, request.path) ?? '\0')) return false;
  return isQueryOf(call, request.query) && isBodyOf(call, request);
}

function isQueryOf({ query, fixedQuery = {}, labelled }: CallShape, sent: OutgoingRequest['query']): boolean {
  const fixed = Object.entries(fixedQuery);
  if (labelled === true && !OUR_LABELS.test(sent['filters'] ?? '')) return false;
  return (
    fixed.every(([key, value]) => sent[key] === value) &&
    Object.keys(sent).every((key) => query.includes(key) || fixedQuery[key] !== undefined)
  );
}

/** A filter by labels of ours alone, as the adapter prints it. */
const OUR_LABELS = /^\{"label":\["mcpsession\.dev\/[^"\\]+"(?:,"mcpsession\.dev\/[^"\\]+")*\]\}$/;

/** What may have a JSON body may also be sent without one; a tar is never left out. */
function isBodyOf({ body, bodyFields, driverOptions = [] }: CallShape, sent: OutgoingRequest): boolean {
  if (!sent.driverOptions.every((option) => driverOptions.includes(option))) return false;
  if (sent.body === 'none') return body !== 'tar';
  return sent.body === body && sent.bodyFields.every((field) => bodyFields?.includes(field) ?? true);
}

/** What stands for "{}" in `template`; "" where it has none; null when the path is not of that form. */
function targetIn(template: string, path: string): string | null {
  const [head = '', tail] = template.split('{}');
  if (tail === undefined) return path === template ? '' : null;
  if (!path.startsWith(head) || !path.endsWith(tail) || path.length <= head.length + tail.length) return null;
  return path.slice(head.length, path.length - tail.length);
}
