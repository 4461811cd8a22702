// Which denied path an argument names: by whole, normalised segments, so that "/srv/etcetera" is not "/etc" and "/a/../etc" is
// (requirements.md S1.PATH.02). Lexical: links in the container are not followed.

import { canBe, type Field, shownField, startsUnknown, UNKNOWN } from './field.ts';

export interface DeniedPath {
  /** As the policy writes it. */
  readonly source: string;
  readonly segments: readonly string[];
}

export interface PathContext {
  /** Of the shell; null when it is not known. */
  readonly directory: readonly string[] | null;
  /** A segment that is not known counts as a denied one. */
  readonly strict: boolean;
}

/** Bounds the time for one command line. */
export interface PathBudget {
  /** How many more are looked at; with 0 left over nobody can say anything. */
  places: number;
}

export const newPathBudget = (): PathBudget => ({ places: MAX_PIECES });

const MAX_PIECES = 2048;

/** What programs use to read and write nothing, and their own streams. */
const HARMLESS = /^\/+dev\/+(?:null|stdin|stdout|stderr|fd\/[0-9]+)$/;
/** Between the paths of one argument: "if=/x", "/a:/b", "@/file". */
const SEPARATORS = /[=:,@]/;
/** Text rather than one path; paths in it are looked for. */
const TEXT = /[\s'"`();|&<>]/;
const PATH_IN_TEXT = /(?:^|[^\w./~-])(\/[^\s'"`();,:|&<>{}]*)/g;

export const deniedPathsOf = (sources: readonly string[]): readonly DeniedPath[] =>
  sources.map((source) => ({ source, segments: pathSegments(source, { directory: [], most: 64 }) ?? [] }));

/** The first denied path that one of the places in an argument is at or below; null for none. Counts the places that it looks at. */
export function deniedPathIn(
  field: Field,
  denied: readonly DeniedPath[],
  context: PathContext & { readonly budget: PathBudget },
): string | null {
  const most = Math.max(...denied.map(({ segments }) => segments.length));
  for (const place of placesIn(field.text)) {
    if (context.budget.places <= 0) return null;
    context.budget.places -= 1;
    const found = pathSegments(place, { directory: context.directory, most });
    const path = found === null ? undefined : denied.find(({ segments }) => isBelow(found, segments, context.strict));
    if (path !== undefined) return path.source;
  }
  return null;
}

/** What programs use to read and write nothing. */
export const isHarmless = ({ text }: Field): boolean => HARMLESS.test(text);

/** Whether nobody can say before it runs what the argument names. */
export const isAnywhere = (field: Field): boolean => startsUnknown(field);

/** Whether the place is the root directory, or everything in it. */
export function isRoot(field: Field, directory: readonly string[] | null): boolean {
  const segments = pathSegments(field.text, { directory, most: 2 });
  if (segments === null || segments.length > 1) return false;
  return segments.every((segment) => /^\.?[\ue000\ue001]+$/.test(segment));
}

/** A disk, a partition, or the memory of the machine. */
export function isDisk(field: Field, directory: readonly string[] | null): boolean {
  const segments = pathSegments(field.text, { directory, most: 4 });
  return segments?.[0] === 'dev' && DISK.test(shownField({ ...field, text: segments.slice(1).join('/') }));
}

const DISK =
  /^(?:[hsv]d[a-z*?]|xvd|nvme|mmcblk|dm-|md[0-9]|loop[0-9]|nbd|sr[0-9]|ram[0-9]|mapper\/|disk\/|mem$|kmem$|port$)/;

/** The first segments of a path, "." and ".." applied; null when it begins with something that is not known. */
export function pathSegments(
  path: string,
  { directory, most }: { readonly directory: readonly string[] | null; readonly most: number },
): readonly string[] | null {
  const absolute = path.startsWith('/') || path.startsWith('~root');
  if (!absolute && (directory === null || path.startsWith(UNKNOWN) || path.startsWith('~'))) return null;
  const base = absolute ? [] : (directory ?? []);
  let kept = base.length;
  const own: string[] = [];
  for (const segment of path.replace(/^~root/, '/root').split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') own.push(segment);
    else if (own.length > 0) own.pop();
    else kept = Math.max(kept - 1, 0);
  }
  return [...base.slice(0, Math.min(kept, most)), ...own.slice(0, Math.max(most - kept, 0))];
}

function isBelow(found: readonly string[], segments: readonly string[], strict: boolean): boolean {
  if (found.length < segments.length) return false;
  return segments.every((segment, index) => {
    const own = found[index] ?? '';
    return own === UNKNOWN ? strict : own === segment || canBe(own, segment);
  });
}

function* placesIn(text: string): Generator<string> {
  const local = text.replace(/^(.{0,64}?)file:\/\//, '$1');
  if (local.includes('://')) return;
  if (TEXT.test(local)) {
    for (const [, path = ''] of local.matchAll(PATH_IN_TEXT)) yield path;
    return;
  }
  if (!local.includes('/') && !local.includes('.') && local.length > 255) return;
  const pieces = SEPARATORS.test(local) ? local.split(SEPARATORS, MAX_PIECES) : [];
  for (const place of [local, ...pieces].map(withoutOption)) if (isCandidate(place)) yield place;
}

/** "-f/etc/x" as "/etc/x". */
const withoutOption = (text: string): string => {
  const slash = text.startsWith('-') ? text.indexOf('/') : 0;
  return slash > 0 ? text.slice(slash) : text;
};

const isCandidate = (place: string): boolean => place !== '' && !place.startsWith('-') && !HARMLESS.test(place);
