// Every way in which the API server lets a stored session be written, with one change: the same change must get the same answer by
// all of them.

import { type RawAnswer, type RawApi, sessionsPath } from './raw-api.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string; readonly labels?: Fields };
  readonly spec: Fields;
  readonly [more: string]: unknown;
}

/** Replaces fields of the spec, or keys of labels or annotations; null takes one away. */
export interface Change {
  readonly spec?: Fields;
  readonly labels?: Fields;
  readonly annotations?: Fields;
}

export interface Target {
  readonly api: RawApi;
  readonly namespace: string;
  readonly name: string;
}

export type WritePath = (target: Target, change: Change) => Promise<RawAnswer>;

export const MAPS = ['labels', 'annotations'] as const;

export async function readStored({ api, namespace, name }: Target): Promise<Stored> {
  const { body } = await api.request({ method: 'GET', path: sessionsPath(namespace, name) });
  return body as unknown as Stored; // it is there
}

const QUERY = '?fieldValidation=Strict';

function send(
  { api, namespace, name }: Target,
  sent: { readonly contentType: string; readonly body: unknown; readonly query?: string; readonly at?: string },
): Promise<RawAnswer> {
  const { contentType, body, query = '', at = '' } = sent;
  return api.request({
    method: contentType === 'application/json' ? 'PUT' : 'PATCH',
    path: `${sessionsPath(namespace, name)}${at}${QUERY}${query}`,
    contentType,
    body: JSON.stringify(body),
  });
}

/** What a merge patch says: fields side by side, null to take one away. */
const mergeBody = ({ spec, labels, annotations }: Change): Fields => ({
  ...(spec === undefined ? {} : { spec }),
  metadata: { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) },
});

function changedObject(stored: Stored, change: Change): Fields {
  const metadata = { ...stored.metadata } as Record<string, unknown>;
  for (const map of MAPS) metadata[map] = without({ ...(metadata[map] as Fields), ...change[map] });
  return { ...stored, metadata, spec: without({ ...stored.spec, ...change.spec }) };
}

const without = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

/** Replaces what is there, as a JSON patch must know. */
function jsonPatch(stored: Stored, change: Change): readonly Fields[] {
  const changes: readonly (readonly [string, unknown, Fields | undefined])[] = [
    ['/spec', stored.spec, change.spec],
    ...MAPS.map((map) => [`/metadata/${map}`, (stored.metadata as Fields)[map], change[map]] as const),
  ];
  return changes.flatMap(([at, before, fields]) => {
    const start = fields !== undefined && before === undefined ? [{ op: 'add', path: at, value: {} }] : [];
    const each = Object.entries(fields ?? {}).map(([key, value]) => {
      const path = `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return value === null ? { op: 'remove', path } : { op: 'add', path, value };
    });
    return [...start, ...each];
  });
}

const CONFLICTS = 5;

/** Again after a conflict, as every client does: placement and controller write the same object. */
async function put(target: Target, change: Change, left = CONFLICTS): Promise<RawAnswer> {
  const body = changedObject(await readStored(target), change);
  const answer = await send(target, { contentType: 'application/json', body });
  return answer.status === 409 && left > 0 ? put(target, change, left - 1) : answer;
}

const apply =
  (query: string): WritePath =>
  async (target, { spec, labels, annotations }) => {
    const { apiVersion, kind } = await readStored(target);
    const { name } = target;
    const metadata = {
      name,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    };
    const body = { apiVersion, kind, metadata, ...(spec === undefined ? {} : { spec }) };
    return send(target, { contentType: 'application/apply-patch+yaml', query: `&fieldManager=somebody${query}`, body });
  };

/** Ways that write the object itself. */
export const WRITE_PATHS: Readonly<Record<string, WritePath>> = {
  PUT: (target, change) => put(target, change),
  'merge patch': (target, change) =>
    send(target, { contentType: 'application/merge-patch+json', body: mergeBody(change) }),
  'JSON patch': async (target, change) =>
    send(target, { contentType: 'application/json-patch+json', body: jsonPatch(await readStored(target), change) }),
  'server-side apply by force': apply('&force=true'),
};

export const applyWithoutForce: WritePath = apply('');

/** Ways that write the status alone; what else they hold must have no effect. */
export const STATUS_PATHS: Readonly<Record<string, WritePath>> = {
  'PUT of the status': async (target, change) =>
    send(target, {
      contentType: 'application/json',
      at: '/status',
      body: changedObject(await readStored(target), change),
    }),
  'merge patch of the status': (target, change) =>
    send(target, { contentType: 'application/merge-patch+json', at: '/status', body: mergeBody(change) }),
  'JSON patch of the status': async (target, change) =>
    send(target, {
      contentType: 'application/json-patch+json',
      at: '/status',
      body: jsonPatch(await readStored(target), change),
    }),
};
