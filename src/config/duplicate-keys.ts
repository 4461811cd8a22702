// Fields that are written twice in one map of a YAML document. Apart from the parser's own check, which compares every key with every
// other one and takes a minute for a file of one megabyte.

import { type Document, isScalar, type LineCounter, visit, type YAMLMap } from 'yaml';

/** The lines of the second ones, in order; at most `most`. */
export function duplicateKeyLines(document: Document, lines: LineCounter, most: number): readonly number[] {
  const found: number[] = [];
  visit(document, {
    Map: (_key, map) => {
      for (const offset of secondKeys(map)) {
        found.push(lines.linePos(offset).line);
        if (found.length >= most) return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

/** Where the second ones begin in the text. As fields of JSON, 1 and "1" are the same. */
function secondKeys({ items }: YAMLMap): readonly number[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    if (!isScalar(key)) return [];
    const name = String(key.value);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [key.range?.[0] ?? 0];
  });
}
