// Which container belongs to which session: by UID and labels, never by a name alone.

import { canonicalJson } from '../lib/canonical-json.ts';
import { sameJson } from '../lib/same-json.ts';
import { rememberByIdentity } from '../lib/remember.ts';
import { isPlainObject } from '../lib/plain-object.ts';
import { sha256Hex } from '../lib/sha256.ts';
import type { ContainerIdentity, NodeFacts, ObservedContainer } from '../model/container.ts';
import { containerNameOf } from '../model/names.ts';
import type { Assignment, McpSession, ObjectMeta } from '../model/session.ts';
import { parseSessionSpec } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';

/**
 * SHA-256 over the part of the spec that makes the container. Values equal to their default are left out, so that a release
 * which adds a field with a default still recognises the containers of its predecessor.
 */
export const specHashOf: (spec: SessionSpec) => string = rememberByIdentity((spec: SessionSpec) => {
  const { operatingMode: _mode, lifetime: _lifetime, ...lasting } = spec;
  const defaults = parseSessionSpec({ image: spec.image }).spec;
  return sha256Hex(canonicalJson(withoutDefaults(lasting, defaults)));
});

function withoutDefaults(value: unknown, fallback: unknown): unknown {
  if (!isPlainObject(value) || !isPlainObject(fallback)) return value;
  const kept = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
    if (sameJson(item, fallback[key])) return [];
    return [[key, withoutDefaults(item, fallback[key])]];
  });
  return Object.fromEntries(kept);
}

/** What of a session goes into its containers beside the spec; nothing else of it may. */
export interface ContainerOwner {
  readonly meta: Pick<ObjectMeta, 'uid' | 'namespace' | 'name'>;
  readonly status: { readonly assignment?: Pick<Assignment, 'instanceGeneration'> | undefined };
}

/** The labels that the session's next container must carry. */
export function identityOf(input: {
  readonly session: ContainerOwner;
  readonly spec: SessionSpec;
  readonly node: NodeFacts;
  readonly attempt: number;
}): ContainerIdentity {
  const { session, spec, node, attempt } = input;
  return {
    cluster: node.cluster,
    node: node.nodeName,
    uid: session.meta.uid,
    namespace: session.meta.namespace,
    name: session.meta.name,
    instanceGeneration: session.status.assignment?.instanceGeneration ?? 1,
    attempt,
    specHash: specHashOf(spec),
  };
}

/** Sorts the containers found under a session's name: the one to adopt, those to remove, those that are none of our business. */
export function sortContainers(input: {
  readonly session: McpSession;
  readonly containers: readonly ObservedContainer[];
  readonly node: NodeFacts;
}): {
  readonly own: ObservedContainer | null;
  readonly stale: readonly ObservedContainer[];
  readonly foreign: readonly ObservedContainer[];
} {
  const { session, containers, node } = input;
  /** Another UID, an older generation, another spec: made by us, and not what the session is now. */
  const stale: ObservedContainer[] = [];
  const foreign: ObservedContainer[] = [];
  let own: ObservedContainer | null = null;
  for (const container of containers) {
    if (isOwn(container, session, node)) own = container;
    else if (isUnjudged(container, session)) continue;
    else if (isNamedByUs(container)) stale.push(container);
    else foreign.push(container);
  }
  return { own, stale, foreign };
}

/**
 * Of this very session, whose stored spec this release cannot read: a newer one made it, and nobody here can tell what the container
 * should be. Unknown is not wrong; it goes with the session.
 */
const isUnjudged = (container: ObservedContainer, { spec, meta }: McpSession): boolean =>
  spec === null && meta.deletionMs === null && isNamedByUs(container) && container.spec.identity.uid === meta.uid;

function isOwn(container: ObservedContainer, session: McpSession, node: NodeFacts): boolean {
  if (session.spec === null) return false;
  const has = container.spec.identity;
  const want = identityOf({ session, spec: session.spec, node, attempt: has.attempt });
  return container.spec.containerName === containerNameOf(want) && sameJson(has, want);
}

/**
 * Made by us, by its name, which only we give and which inherits nothing: labels come along with `docker commit` of a session.
 * Whatever merely carries our labels is not ours to remove (security.md F33).
 */
export const isNamedByUs = ({ spec }: ObservedContainer): boolean =>
  spec.containerName === containerNameOf(spec.identity);
