// What a mutating request is in the words of the system: its kind and the object that it is about. Pure.

export type Api = 'kube' | 'docker';

export interface MutatingRequest {
  readonly api: Api;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
}

export interface EffectKind {
  readonly kind: string;
  /** The reason of a status write, the reason of an event; else empty. */
  readonly detail: string;
  /** Name of the session object, UID of the session, or id of a container or network: whatever the request itself tells. */
  readonly object: { readonly name?: string; readonly uid?: string; readonly containerId?: string };
}

/** Numbered apart: how often they come depends on time, not on the work. */
export const SIDE_KINDS: ReadonlySet<string> = new Set(['lease', 'event', 'node', 'node-status', 'review']);

export const classify = (request: MutatingRequest): EffectKind =>
  request.api === 'kube' ? classifyKube(request) : classifyDocker(request);

function classifyKube({ method, path, body }: MutatingRequest): EffectKind {
  const plain = path.split('?', 1)[0] ?? '';
  const [, name, sub] = /\/mcpsessions\/([^/]+)(\/status)?$/.exec(plain) ?? [];
  if (name !== undefined) {
    const object = { name: decodeURIComponent(name) };
    if (sub !== undefined) return { kind: 'status', detail: readyReasonOf(body), object };
    if (method === 'DELETE') return { kind: 'session-delete', detail: '', object };
    const adds = /"finalizers":\[[^\]]*mcpsession\.dev\/container/.test(body);
    return { kind: adds ? 'finalizer-add' : 'finalizer-remove', detail: '', object };
  }
  if (plain.includes('/leases')) return { kind: 'lease', detail: '', object: {} };
  if (plain.includes('/mcpnodes'))
    return { kind: plain.endsWith('/status') ? 'node-status' : 'node', detail: '', object: {} };
  if (plain.includes('/events')) return eventOf(body);
  if (plain.endsWith('reviews')) return { kind: 'review', detail: '', object: {} };
  return { kind: 'other', detail: '', object: {} };
}

interface KubeBody {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly reason: string }[] };
  readonly regarding?: { readonly name?: string };
  readonly reason?: string;
}

function parsed(body: string): KubeBody {
  try {
    return JSON.parse(body) as KubeBody; // read field by field, each of which may be missing
  } catch {
    return {};
  }
}

const readyReasonOf = (body: string): string =>
  parsed(body).status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? '';

function eventOf(body: string): EffectKind {
  const { regarding, reason = '' } = parsed(body);
  const object = regarding?.name === undefined ? {} : { name: regarding.name };
  return { kind: 'event', detail: reason, object };
}

const CONTAINER_CALLS: Readonly<Record<string, string>> = {
  attach: 'attach',
  start: 'start',
  stop: 'stop',
  kill: 'kill',
  exec: 'exec-create',
  rename: 'rename',
  update: 'update',
};

function classifyDocker({ method, path, body }: MutatingRequest): EffectKind {
  const [plain = '', query = ''] = path.replace(/^\/v1\.\d+/, '').split('?');
  if (plain === '/containers/create') return creation(new URLSearchParams(query).get('name') ?? '');
  const [, containerId, call] = /^\/containers\/([^/]+)(?:\/([a-z]+))?$/.exec(plain) ?? [];
  if (containerId !== undefined) {
    const kind = method === 'DELETE' ? 'remove' : CONTAINER_CALLS[call ?? ''];
    return { kind: kind ?? 'other', detail: '', object: { containerId } };
  }
  if (plain.startsWith('/exec/'))
    return { kind: plain.endsWith('/start') ? 'exec-start' : 'exec-other', detail: '', object: {} };
  if (plain === '/images/create')
    return { kind: query.includes('fromSrc') ? 'import' : 'pull', detail: '', object: {} };
  if (plain.startsWith('/images/')) return { kind: 'image-remove', detail: '', object: {} };
  const [, type, rest = ''] = /^\/(volumes|networks)\/(.+)$/.exec(plain) ?? [];
  if (type !== undefined) return { ...volumeOrNetwork({ type, rest, method }), object: madeFor(rest, body) };
  return { kind: 'other', detail: '', object: {} };
}

/** A session's container is named by its UID; any other one brings the session init. */
function creation(name: string): EffectKind {
  const [, uid] = /^mcps-([0-9a-f-]{36})(?:-.+)?$/.exec(name) ?? [];
  return uid === undefined
    ? { kind: 'init-create', detail: '', object: {} }
    : { kind: 'create', detail: '', object: { uid } };
}

function volumeOrNetwork({
  type,
  rest,
  method,
}: {
  readonly type: string;
  readonly rest: string;
  readonly method: string;
}) {
  const what = type === 'volumes' ? 'volume' : 'network';
  const [, call] = rest.split('/');
  const kind = method === 'DELETE' ? 'remove' : (call ?? rest);
  return { kind: `${what}-${kind}`, detail: '' };
}

/** A network is addressed by the id that its creation answered, like a container. */
function madeFor(rest: string, body: string): EffectKind['object'] {
  const [, id] = /^([0-9a-f]{64})(?:\/|$)/.exec(rest) ?? [];
  return id === undefined ? uidIn(`${rest} ${body}`) : { containerId: id };
}

/** Volumes and networks of a session carry its UID in their name or labels. */
function uidIn(text: string): { readonly uid?: string } {
  const [uid] = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(text) ?? [];
  return uid === undefined ? {} : { uid };
}
