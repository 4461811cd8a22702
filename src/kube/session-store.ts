// Reads and writes of McpSession objects. Status goes by PUT with resourceVersion, which fences delete-and-recreate too; merge
// patches and apply on /status ignore a wrong uid (control-plane.md 3).

import { asOperatorError, isFault, OperatorError } from '../lib/errors.ts';
import { API_VERSION, FINALIZER, SESSION_KIND } from '../model/names.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionStore } from '../ports/sessions.ts';
import { ageQuery, objectPath, collectionPath, SESSIONS } from './api-paths.ts';
import type { KubeClient } from './kube-client.ts';
import { listObjects } from './list-objects.ts';
import { parseSession } from './parse-session.ts';

/** `onWritten` gets every object that a write returned; wire it to the cache's `observe`. */
export function createSessionStore(
  client: KubeClient,
  onWritten: (session: McpSession) => void = () => {},
): SessionStore {
  const read: SessionStore['read'] = async (reference, signal, age) => {
    const { body } = await client
      .request({ method: 'GET', path: objectPath(SESSIONS, reference), query: ageQuery(age) }, signal)
      .catch(nullIfGone);
    return body === null ? null : parsed(body);
  };

  const written = (body: unknown, before: McpSession): McpSession => {
    const session = parsed(body, before);
    onWritten(session);
    return session;
  };

  return {
    read,

    async list(namespace, signal) {
      const sessions: McpSession[] = [];
      const visit = (raw: unknown): void => {
        const session = parseSession(raw);
        if (session !== null) sessions.push(session);
      };
      await listObjects(client, { resource: SESSIONS, namespace }, visit, signal);
      return sessions;
    },

    async create({ namespace, name, spec, annotations, dryRun }, signal) {
      const { body, warnings } = await client.request(
        {
          method: 'POST',
          path: collectionPath(SESSIONS, namespace),
          query: { fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
          body: { apiVersion: API_VERSION, kind: SESSION_KIND, metadata: { namespace, name, annotations }, spec },
        },
        signal,
      );
      return { session: parsed(body), warnings };
    },

    async delete(session, signal) {
      const request = {
        method: 'DELETE',
        path: objectPath(SESSIONS, session),
        body: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: session.uid } },
      } as const;
      try {
        await client.request(request, signal);
      } catch (thrown) {
        if (isFault(thrown, 'not-found')) return;
        // 409 is also what a newer incarnation under the same name answers: then ours is gone.
        if (!isFault(thrown, 'conflict') || (await read(session, signal))?.meta.uid === session.uid) throw thrown;
      }
    },

    async writeStatus(session, status, signal) {
      const { meta } = session;
      const { namespace, name, uid, resourceVersion } = meta;
      const metadata = { namespace, name, uid, resourceVersion };
      const { body } = await client.request(
        {
          method: 'PUT',
          path: objectPath(SESSIONS, meta, 'status'),
          body: { apiVersion: API_VERSION, kind: SESSION_KIND, metadata, status },
        },
        signal,
      );
      return written(body, session);
    },

    async setTimeToLive(session, ttlSeconds, signal) {
      const { meta } = session;
      const { uid, resourceVersion } = meta;
      const { body } = await client.request(
        {
          method: 'PATCH',
          path: objectPath(SESSIONS, meta),
          query: { fieldValidation: 'Strict' },
          contentType: 'application/merge-patch+json',
          body: { metadata: { uid, resourceVersion }, spec: { lifetime: { ttlSeconds } } },
        },
        signal,
      );
      return written(body, session);
    },

    // A merge patch with resourceVersion: fenced like a PUT, without sending the spec, so that the webhook's match condition
    // (spec unchanged) lets it pass unseen.
    async setFinalizer(session, present, signal) {
      const { meta } = session;
      const others = meta.finalizers.filter((finalizer) => finalizer !== FINALIZER);
      const finalizers = present ? [...others, FINALIZER] : others;
      const { body } = await client
        .request(
          {
            method: 'PATCH',
            path: objectPath(SESSIONS, meta),
            contentType: 'application/merge-patch+json',
            body: { metadata: { uid: meta.uid, resourceVersion: meta.resourceVersion, finalizers } },
          },
          signal,
        )
        .catch(nullIfGone);
      if (body === null) return null;
      const isGone = meta.deletionMs !== null && finalizers.length === 0;
      return isGone ? null : written(body, session);
    },
  };
}

function nullIfGone(thrown: unknown): { readonly body: null } {
  if (isFault(thrown, 'not-found')) return { body: null };
  throw asOperatorError(thrown);
}

function parsed(body: unknown, before: McpSession | null = null): McpSession {
  const session = parseSession(body, before);
  if (session === null)
    throw new OperatorError('unavailable', `the API server answered with something that is no ${SESSION_KIND}`);
  return session;
}
