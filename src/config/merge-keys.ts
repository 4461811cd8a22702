// Merge keys of YAML 1.1 ("<<") that give a field a second value. YAML says that the map's own field wins and then the first source;
// kubectl takes whatever comes last. So a second value is a problem here, as any field is that is written twice.

import { type Document, isAlias, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml';

/** More in one document are a bomb: each copies a map. */
const MAX_MERGES = 100;

/** What is wrong with the merge keys of the document, or null. Throws what the parser throws for aliases that lead nowhere. */
export function mergeKeyProblem(document: Document): string | null {
  let problem: string | null = null;
  let merges = 0;
  visit(document, {
    Map: (_key, map) => {
      const sources = mergeSources(map);
      if (sources.length === 0) return undefined;
      merges += sources.length;
      problem = merges > MAX_MERGES ? `more than ${MAX_MERGES} merge keys` : secondValue(document, map, sources);
      return problem === null ? undefined : visit.BREAK;
    },
  });
  return problem;
}

/** A plain "<<"; a quoted one is a field of that name. */
const isMergeKey = (key: unknown): boolean =>
  isScalar(key) &&
  (key.type === undefined || key.type === 'PLAIN') &&
  (key.value === '<<' || (typeof key.value === 'symbol' && key.value.description === '<<'));

const mergeSources = (map: YAMLMap): readonly unknown[] =>
  map.items.filter(({ key }) => isMergeKey(key)).flatMap(({ value }) => (isSeq(value) ? value.items : [value]));

function secondValue(document: Document, map: YAMLMap, sources: readonly unknown[]): string | null {
  const given = new Set(map.items.filter(({ key }) => !isMergeKey(key)).map(({ key }) => nameOf(key)));
  for (const source of sources) {
    const merged = isAlias(source) ? source.resolve(document) : source;
    const maps = isSeq(merged) ? merged.items : [merged];
    for (const each of maps) {
      const from = isAlias(each) ? each.resolve(document) : each;
      if (!isMap(from)) continue; // the parser says so itself
      for (const name of Object.keys(from.toJS(document, { maxAliasCount: MAX_MERGES }) as object)) {
        if (given.has(name)) return `"<<" gives ${JSON.stringify(name)} a second value`;
        given.add(name);
      }
    }
  }
  return null;
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);
