// Image references by the grammar of github.com/distribution/reference, in their canonical spelling. Stricter where the
// grammar is ambiguous: no upper case, no credentials, no bare ids, so that what a person reads is what is pulled.

export interface ImageReference {
  /** Host with optional port. "docker.io" when the reference names none. */
  readonly registry: string;
  /** Path on the registry. "library/" is filled in for official images of docker.io. */
  readonly path: string;
  readonly tag: string | null;
  /** "sha256:<64 hex digits>" or "sha512:<128 hex digits>". */
  readonly digest: string | null;
}

const HOST = /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]*[a-z0-9]))*$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;
/** What an engine takes as the id of an image that it happens to have, in full or in its short form. */
const BARE_ID = /^(?:[0-9a-f]{12,64}|sha(?:256|512):.*)$/;
const MAX_NAME_LENGTH = 255;

const DEFAULT_REGISTRY = 'docker.io';
const DEFAULT_REGISTRY_ALIASES: ReadonlySet<string> = new Set(['index.docker.io', 'registry-1.docker.io']);

/** null for anything that is not a reference. Never guesses: "a//b", "../x", "A/b" and "user:pw@host/x" are all null. */
export function parseImageReference(text: string): ImageReference | null {
  if (BARE_ID.test(text)) return null;
  const at = text.indexOf('@');
  const digest = at === -1 ? null : text.slice(at + 1);
  if (digest !== null && !DIGEST.test(digest)) return null;
  const nameAndTag = at === -1 ? text : text.slice(0, at);
  const colon = nameAndTag.indexOf(':', nameAndTag.lastIndexOf('/') + 1);
  const tag = colon === -1 ? null : nameAndTag.slice(colon + 1);
  if (tag !== null && !TAG.test(tag)) return null;
  const name = colon === -1 ? nameAndTag : nameAndTag.slice(0, colon);
  if (name.length > MAX_NAME_LENGTH) return null;
  const parts = splitName(name);
  return parts === null ? null : { ...parts, tag, digest };
}

function splitName(name: string): { readonly registry: string; readonly path: string } | null {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const named = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = named ? canonicalRegistry(first) : DEFAULT_REGISTRY;
  const path = named ? name.slice(slash + 1) : name;
  if (registry === null || !path.split('/').every((component) => COMPONENT.test(component))) return null;
  return { registry, path: registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path };
}

function canonicalRegistry(host: string): string | null {
  const [hostName = '', port, ...rest] = host.split(':');
  if (rest.length > 0 || !HOST.test(hostName)) return null;
  if (port !== undefined && !isPort(port)) return null;
  return DEFAULT_REGISTRY_ALIASES.has(host) ? DEFAULT_REGISTRY : host;
}

const isPort = (text: string): boolean => /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535;

/**
 * Whether `reference` lies at or below `prefix` ("registry" or "registry/path"), compared by whole path components, so that
 * "docker.io/library" does not let "docker.io/libraryevil/x" in.
 */
export function isImageBelow(reference: ImageReference, prefix: string): boolean {
  const wanted = prefix.replace(/\/+$/, '').split('/');
  const has = [reference.registry, ...reference.path.split('/')];
  return wanted.every((component, index) => has[index] === component);
}
