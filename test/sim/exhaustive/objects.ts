// The API server for one session name: what each write does to the object, as the real one does it (control-plane.md), at the level of
// the SessionStore port. Pure.

import { FINALIZER } from '../../../src/model/names.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { type Answer, type Mutation, NAME, NAMESPACE, NOW_MS, type Setting, uidOf, type WatchEvent } from './model.ts';

/** The object and how many revisions the name has seen. */
export interface Stored {
  readonly object: McpSession | null;
  readonly revision: number;
}

const refused = (kind: 'conflict' | 'not-found', message: string): Answer => ({ ok: false, kind, message });

export function createdSession(setting: Setting, incarnation: number, revision: number): Stored {
  const object: McpSession = {
    meta: {
      name: NAME,
      namespace: NAMESPACE,
      uid: uidOf(incarnation),
      resourceVersion: String(revision + 1),
      generation: 1,
      creationMs: NOW_MS,
      deletionMs: null,
      finalizers: [],
      labels: {},
      annotations: {},
    },
    spec: aSessionSpec(),
    problems: [],
    status: { assignment: assignmentTo(setting, 0, 1) },
  };
  return { object, revision: revision + 1 };
}

export function assignmentTo(setting: Setting, node: number, instanceGeneration: number) {
  const nodeName = setting.nodes[node]?.nodeName ?? '';
  return { nodeName, attempt: instanceGeneration, instanceGeneration, assignedAt: '2026-11-20T12:00:00.000Z' };
}

/** The object with a change, as a new revision; gone when it was to be deleted and nothing holds it any more. */
export function changed({ object, revision }: Stored, change: (object: McpSession) => McpSession): Stored {
  if (object === null) return { object, revision };
  const next = change(object);
  const resourceVersion = String(revision + 1);
  const gone = next.meta.deletionMs !== null && next.meta.finalizers.length === 0;
  return {
    object: gone ? null : { ...next, meta: { ...next.meta, resourceVersion } },
    revision: revision + 1,
  };
}

export const withDeletion = (object: McpSession): McpSession => ({
  ...object,
  meta: { ...object.meta, deletionMs: NOW_MS, generation: object.meta.generation + 1 },
});

export function applyToObject(
  stored: Stored,
  request: Extract<Mutation, { send: 'status' | 'finalizer' | 'delete' }>,
): { readonly stored: Stored; readonly answer: Answer } {
  const { object } = stored;
  const same = object !== null && object.meta.uid === request.uid;
  if (request.send === 'delete') {
    if (!same || object.meta.deletionMs !== null) return { stored, answer: { ok: true, value: null } };
    return { stored: changed(stored, withDeletion), answer: { ok: true, value: null } };
  }
  if (object === null) {
    const answer = request.send === 'finalizer' ? done(null) : refused('not-found', 'the session does not exist');
    return { stored, answer };
  }
  if (!same || object.meta.resourceVersion !== request.resourceVersion) {
    return { stored, answer: refused('conflict', 'the session has been modified') };
  }
  const next = changed(stored, (before) =>
    request.send === 'status'
      ? { ...before, status: request.status }
      : { ...before, meta: { ...before.meta, finalizers: request.present ? [FINALIZER] : [] } },
  );
  return { stored: next, answer: done(next.object) };
}

const done = (value: unknown): Answer => ({ ok: true, value });

/** What the watch of a node tells of a change; null for nothing. Leaving the node's filter looks like a deletion. */
export function watchEventOf(before: McpSession | null, after: Stored, nodeName: string): WatchEvent | null {
  const { object } = after;
  if (object !== null && isOfNode(object, nodeName)) return { is: 'there', session: object };
  if (before === null || !isOfNode(before, nodeName)) return null;
  return { is: 'gone', uid: before.meta.uid, resourceVersion: String(after.revision) };
}

export const isOfNode = ({ status }: McpSession, nodeName: string): boolean => status.assignment?.nodeName === nodeName;
