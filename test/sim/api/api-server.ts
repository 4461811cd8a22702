// The simulated API server: Kubernetes semantics as far as the programs rely on them (a contract suite holds it to the real one). It
// knows nothing of networks: requests are handled at once and exactly as often as they arrive.

import { assertNever } from '../../../src/lib/assert-never.ts';
import { OperatorError } from '../../../src/lib/errors.ts';
import { isoTime } from '../../../src/lib/iso-time.ts';
import { sameJson } from '../../../src/lib/same-json.ts';
import type { KubeRequest } from '../../../src/kube/kube-client.ts';
import { Collection, type Change, everything, type Selector } from './collection.ts';
import {
  alreadyExists,
  type ApiObject,
  type ApiPath,
  conflict,
  expired,
  invalid,
  keyOf,
  mergePatch,
  notFound,
  type ObjectMetadata,
  parseApiPath,
  withoutUndefined,
} from './objects.ts';

export type ChangeListener = (plural: string, change: Change) => void;

/** Parts of a request body that may be there. */
interface Body {
  readonly metadata?: Partial<ObjectMetadata>;
  readonly preconditions?: { readonly uid?: string };
  readonly spec?: object;
  readonly status?: object;
}

const keyOfObject = ({ metadata }: ApiObject): string => keyOf(metadata);

export class SimApiServer {
  /** Of the last change of anything. */
  revision = 100;
  /** Watches and lists from before this revision are too old. */
  compacted = 0;
  /** Most objects of one page, whatever is asked for. */
  pageSize = 500;
  readonly #now: () => number;
  readonly #collections = new Map<string, Collection>();
  readonly #listeners: ChangeListener[] = [];
  #objects = 0;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** As in the head of an answer: whole seconds. */
  dateMs(): number {
    return Math.floor(this.#now() / 1000) * 1000;
  }

  onChange = (listener: ChangeListener): void => void this.#listeners.push(listener);

  copyFrom(other: SimApiServer): void {
    this.revision = other.revision;
    this.#objects = other.#objects;
    for (const [plural, collection] of other.#collections) this.#collections.set(plural, collection.copy());
  }

  collection(plural: string): Collection {
    const known = this.#collections.get(plural);
    if (known !== undefined) return known;
    const made = new Collection();
    this.#collections.set(plural, made);
    return made;
  }

  /** The answer's body. Throws the OperatorError that a client of the real one would see. `revision`: of a server that lags behind. */
  handle(request: KubeRequest, revision: number | null = null): unknown {
    const path = parseApiPath(request.path);
    switch (request.method) {
      case 'GET':
        if (path.plural === '') return {}; // of the server itself, such as its version
        return path.name === null ? this.#list(path, request.query ?? {}, revision) : this.#found(path);
      case 'POST':
        return this.#create(path, request.body as Body);
      case 'PUT':
        return this.#replace(path, request.body as Body);
      case 'PATCH':
        return this.#patch(path, request);
      case 'DELETE':
        return this.#delete(path, request.body as Body);
      default:
        return assertNever(request.method);
    }
  }

  /** Objects of a collection in the order of their keys. */
  #list(path: ApiPath, query: NonNullable<KubeRequest['query']>, lagging: number | null): unknown {
    const collection = this.collection(path.plural);
    const [atText = '', after = ''] = (query['continue'] ?? '').split(' ');
    const at = atText === '' ? (lagging ?? this.revision) : Number(atText);
    if (at < this.compacted) throw expired(at);
    const selects = selectorOf(path, query['fieldSelector']);
    const all = [...collection.at(at, keyOfObject).values()].filter(selects).sort(byKey);
    const rest = after === '' ? all : all.filter((object) => keyOfObject(object) > after);
    const size = Math.min(Number(query['limit'] ?? this.pageSize), this.pageSize);
    const items = rest.slice(0, size);
    const last = items.at(-1);
    const more = rest.length > size && last !== undefined ? { continue: `${at} ${keyOfObject(last)}` } : {};
    return { metadata: { resourceVersion: String(at), ...more }, items };
  }

  #found(path: ApiPath): ApiObject {
    const found = this.collection(path.plural).objects.get(keyOf({ namespace: path.namespace, name: path.name ?? '' }));
    if (found === undefined) throw notFound(path);
    return found;
  }

  #create(path: ApiPath, body: Body): ApiObject {
    const { namespace } = path;
    const { name = '', labels, annotations, finalizers } = body.metadata ?? {};
    if (path.plural === 'events') return { metadata: this.#newMetadata({ name, namespace }) }; // nobody reads them
    if (this.collection(path.plural).objects.has(keyOf({ namespace, name }))) throw alreadyExists(path, name);
    const metadata: ObjectMetadata = {
      ...this.#newMetadata({ name, namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
    };
    const { status: _status, preconditions: _preconditions, ...kept } = body;
    return this.#commit(path.plural, null, { ...kept, metadata });
  }

  #newMetadata({ name, namespace }: { readonly name: string; readonly namespace: string | null }): ObjectMetadata {
    this.#objects += 1;
    return {
      name,
      ...(namespace === null ? {} : { namespace }),
      uid: `00000000-0000-4000-8000-${String(this.#objects).padStart(12, '0')}`,
      resourceVersion: '',
      generation: 1,
      creationTimestamp: isoTime(this.#now()),
    };
  }

  /** PUT of a whole lease, or of a status: of that only the status counts. */
  #replace(path: ApiPath, body: Body): ApiObject {
    const before = this.#found(path);
    const { uid, resourceVersion } = body.metadata ?? {};
    if (uid !== undefined && uid !== before.metadata.uid) throw conflict(path);
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) throw conflict(path);
    const { status = {}, spec } = body;
    if (path.subresource !== 'status') return this.#update(path.plural, before, { ...before, spec });
    return this.#update(path.plural, before, { ...before, status: withoutUndefined(status) });
  }

  #patch(path: ApiPath, request: KubeRequest): ApiObject {
    const body = request.body as Body; // made by the programs
    if (path.plural === 'events') throw notFound(path);
    if (request.contentType?.startsWith('application/apply-patch') === true) return this.#apply(path, body);
    const before = this.#found(path);
    const { uid, resourceVersion, finalizers, labels, annotations } = body.metadata ?? {};
    if (uid !== undefined && uid !== before.metadata.uid) throw conflict(path);
    if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) throw conflict(path);
    const deleting = before.metadata.deletionTimestamp !== undefined;
    const added = finalizers?.filter((each) => before.metadata.finalizers?.includes(each) !== true) ?? [];
    if (deleting && added.length > 0) {
      throw invalid('metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted');
    }
    const metadata = {
      ...before.metadata,
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(labels === undefined ? {} : { labels: { ...before.metadata.labels, ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...before.metadata.annotations, ...annotations } }),
    };
    const spec = body.spec === undefined ? before.spec : mergePatch(before.spec, body.spec);
    if (deleting && finalizers?.length === 0) return this.#remove(path.plural, { ...before, metadata });
    return this.#update(path.plural, before, { ...before, metadata, spec });
  }

  #apply(path: ApiPath, body: Body): ApiObject {
    const { namespace, name } = path;
    const before = this.collection(path.plural).objects.get(keyOf({ namespace, name: name ?? '' }));
    const { labels } = body.metadata ?? {};
    if (before === undefined) return this.#create(path, { ...body, metadata: { ...body.metadata, name: name ?? '' } });
    const metadata = { ...before.metadata, labels: { ...before.metadata.labels, ...labels } };
    return this.#update(path.plural, before, { ...before, metadata });
  }

  #delete(path: ApiPath, body: Body | undefined): ApiObject {
    const before = this.#found(path);
    const { uid } = body?.preconditions ?? {};
    if (uid !== undefined && uid !== before.metadata.uid) throw conflict(path);
    if ((before.metadata.finalizers ?? []).length === 0) return this.#remove(path.plural, before);
    if (before.metadata.deletionTimestamp !== undefined) return before;
    const { generation = 0 } = before.metadata;
    const metadata = { ...before.metadata, deletionTimestamp: isoTime(this.#now()), generation: generation + 1 };
    return this.#commit(path.plural, before, { ...before, metadata });
  }

  /** Nothing changes, and nobody is told, when the new version says nothing new. */
  #update(plural: string, before: ApiObject, after: ApiObject): ApiObject {
    const sameSpec = sameJson(before.spec, after.spec);
    const same = sameSpec && sameJson(before.status, after.status) && sameJson(before.metadata, after.metadata);
    if (same) return before;
    if (sameSpec || plural === 'leases') return this.#commit(plural, before, after);
    const generation = (before.metadata.generation ?? 0) + 1;
    return this.#commit(plural, before, { ...after, metadata: { ...after.metadata, generation } });
  }

  #commit(plural: string, before: ApiObject | null, wanted: ApiObject): ApiObject {
    this.revision += 1;
    const metadata = { ...wanted.metadata, resourceVersion: String(this.revision) };
    const after: ApiObject = { ...wanted, metadata };
    this.#tell(plural, { revision: this.revision, before, after, last: after });
    return after;
  }

  #remove(plural: string, object: ApiObject): ApiObject {
    this.revision += 1;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.revision) } };
    this.#tell(plural, { revision: this.revision, before: object, after: null, last });
    return last;
  }

  #tell(plural: string, change: Change): void {
    this.collection(plural).record(keyOfObject(change.last), change);
    for (const listener of this.#listeners) listener(plural, change);
  }
}

const byKey = (left: ApiObject, right: ApiObject): number => (keyOfObject(left) < keyOfObject(right) ? -1 : 1);

const NODE_FIELD = 'status.assignment.nodeName=';

export function selectorOf({ namespace }: ApiPath, fieldSelector: string | undefined): Selector {
  const inNamespace: Selector = namespace === null ? everything : ({ metadata }) => metadata.namespace === namespace;
  if (fieldSelector === undefined || fieldSelector === '') return inNamespace;
  if (!fieldSelector.startsWith(NODE_FIELD)) throw new OperatorError('invalid', `field selector ${fieldSelector}`);
  const wanted = fieldSelector.slice(NODE_FIELD.length);
  return (object) => inNamespace(object) && nodeNameOf(object) === wanted;
}

function nodeNameOf({ status }: ApiObject): string {
  const { assignment } = (status ?? {}) as { readonly assignment?: { readonly nodeName: string } }; // written by the programs
  return assignment?.nodeName ?? '';
}
