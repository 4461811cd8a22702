// Every name that two programs, or a program and a person, must agree on.

export const GROUP = 'mcpsession.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

export const SESSION_KIND = 'McpSession';
export const SESSION_PLURAL = 'mcpsessions';
export const NODE_KIND = 'McpNode';
export const NODE_PLURAL = 'mcpnodes';

/** Keeps a deleted session until its container is gone. */
export const FINALIZER = `${GROUP}/container`;
/** Annotation with the subject that owns a session; absent on sessions made with kubectl, where RBAC alone decides. */
export const OWNER_ANNOTATION = 'mcpsession.dev/owner'; // a literal is interned: this key is looked up at every admission
/** Labels of a namespace: the profile that judges its sessions, and those whose refusals are only shown or only recorded. */
export const PROFILE_LABEL = `${GROUP}/profile`;
export const WARN_LABEL = `${GROUP}/warn`;
export const AUDIT_LABEL = `${GROUP}/audit`;

export const SYSTEM_NAMESPACE = 'mcpsession-system';
export const SERVICE_ACCOUNTS = {
  controller: 'mcpsession-controller',
  placement: 'mcpsession-placement',
  webhook: 'mcpsession-webhook',
  frontend: 'mcpsession-frontend',
} as const;
/** ServiceAccount of a namespace whose tokens the CLI and stdio front end ask for (design.md 8.22). */
export const CLIENT_SERVICE_ACCOUNT = 'mcpsession-client';
/** ClusterRole that a namespace's admin binds to the controller, so that it can read what sessions there refer to (design.md 8.12). */
export const REFERENCE_READER_ROLE = 'mcpsession-reference-reader';

/** Audience of tokens for the MCP front end. */
export const FRONTEND_AUDIENCE = 'mcpsession';
/** Audience of the front end's own token towards a node API. */
export const NODE_AUDIENCE = 'mcpsession-node';

/** A controller's lease is this and the name of its node; placement reads it as the node's heartbeat. */
export const NODE_LEASE_PREFIX = 'mcpsession-node-';

export const WEBHOOK_NAME = 'validate.mcpsession.dev';
export const WEBHOOK_CONFIGURATION = 'mcpsession';
export const WEBHOOK_CERTIFICATE_SECRET = 'mcpsession-webhook-certificate';
export const FRONTEND_CERTIFICATE_SECRET = 'mcpsession-frontend-certificate';
/** ConfigMap of the system namespace that tells where the front end is. */
export const FRONTEND_CONFIG_MAP = 'mcpsession-frontend';
export const RULE_LINK = `${GROUP}/r`;

/** Labels on every container; together they are the container's identity. Values are written by us only. */
export const CONTAINER_LABELS = {
  cluster: `${GROUP}/cluster`,
  node: `${GROUP}/node`,
  uid: `${GROUP}/uid`,
  namespace: `${GROUP}/namespace`,
  name: `${GROUP}/name`,
  instanceGeneration: `${GROUP}/instance-generation`,
  attempt: `${GROUP}/attempt`,
  specHash: `${GROUP}/spec-hash`,
} as const;

/**
 * The name makes `create` idempotent: the engine accepts one container per session UID and instance generation (security.md 0.4). A
 * later generation has a name of its own, because what an earlier one left may be on the same engine, where its node is not ours.
 */
export const containerNameOf = (of: { readonly uid: string; readonly instanceGeneration: number }): string =>
  of.instanceGeneration === 1 ? ofSession(of.uid) : `${ofSession(of.uid)}-g${of.instanceGeneration}`;

const ofSession = (uid: string): string => `mcps-${uid}`;

/** A session's network and its workspace volume have the name of its first container: both are one per UID. */
export const networkNameOf = ofSession;
export const workspaceVolumeOf = ofSession;

/** Identity of a session in queues and caches; never used to address an engine object. */
export const sessionKeyOf = (session: { namespace: string; name: string }): string =>
  `${session.namespace}/${session.name}`;

export function parseSessionKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export const serviceAccountUsername = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`;
