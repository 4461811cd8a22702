// A session as the controller first sees it: assigned to its node, all defaults, nothing done yet.

import { randomUUID } from 'node:crypto';

import { SESSION_IMAGE } from '../../../hack/session-image.ts';
import type { McpSession } from '../../../src/model/session.ts';
import { type SessionSpec, type SessionSpecInput, sessionSpecSchema } from '../../../src/model/session-spec.ts';

export type DesiredSession = McpSession & { readonly spec: SessionSpec };

/** What a client posts: the image, and defaults for all the rest. */
export const SESSION_SPEC = { image: SESSION_IMAGE } as const;

export function aDesiredSession({
  name,
  nodeName,
  spec = {},
}: {
  readonly name: string;
  readonly nodeName: string;
  readonly spec?: Partial<SessionSpecInput>;
}): DesiredSession {
  const nowMs = Date.now();
  return {
    meta: {
      name,
      namespace: 'bench',
      uid: randomUUID(),
      resourceVersion: '1',
      generation: 1,
      creationMs: nowMs,
      deletionMs: null,
      finalizers: [],
      labels: {},
      annotations: {},
    },
    spec: sessionSpecSchema.parse({ ...SESSION_SPEC, ...spec }),
    problems: [],
    status: {
      assignment: { nodeName, attempt: 1, instanceGeneration: 1, assignedAt: new Date(nowMs).toISOString() },
    },
  };
}
