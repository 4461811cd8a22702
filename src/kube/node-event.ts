// A single Event about an McpNode, for what concerns a controller and no session. Best effort: who wants it told says so in the log too.

import { z } from 'zod';

import type { EventReason } from '../model/conditions.ts';
import { eventTypeOf } from '../model/conditions.ts';
import { API_VERSION, NODE_KIND } from '../model/names.ts';
import { collectionPath, EVENTS, NODES, objectPath } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { microTime } from './micro-time.ts';

/** Events of objects without a namespace live here (client-go does the same). */
const NAMESPACE = 'default';
/** Limit of events.k8s.io/v1. */
const LONGEST_NOTE = 1_000;

export async function writeNodeEvent(
  client: KubeClient,
  event: { readonly nodeName: string; readonly reason: EventReason; readonly message: string; readonly nowMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { nodeName, reason, message, nowMs } = event;
  const uid = await uidOf(client, nodeName, signal);
  const body = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: NAMESPACE, name: `${nodeName.slice(0, 200)}.${nowMs.toString(16)}` },
    eventTime: microTime(nowMs),
    reportingController: 'mcpsession-controller',
    reportingInstance: nodeName.slice(0, 128),
    action: reason,
    reason,
    type: eventTypeOf(reason),
    note: message.slice(0, LONGEST_NOTE),
    regarding: { apiVersion: API_VERSION, kind: NODE_KIND, name: nodeName, uid },
  };
  await client.request({ method: 'POST', path: collectionPath(EVENTS, NAMESPACE), body }, signal);
}

/** `kubectl describe` shows the events of this very object alone. */
async function uidOf(client: KubeClient, nodeName: string, signal: AbortSignal): Promise<string> {
  const path = objectPath(NODES, { namespace: null, name: nodeName });
  const { body } = await client.request({ method: 'GET', path }, signal);
  return objectSchema.parse(body).metadata.uid;
}

const objectSchema = z.object({ metadata: z.object({ uid: z.string() }) });
