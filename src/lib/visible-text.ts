// Text of strangers made safe to show: one line, no terminal escapes, nothing invisible, bounded in length.

// Control, format (zero width, bidirectional), line and paragraph separators, surrogates that stand alone, private use.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;
const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** The text with every invisible character as a visible escape, for example "\n" and "\u{202e}". */
export function escapeInvisible(text: string): string {
  return text.replace(
    INVISIBLE,
    (found) => SHORT_ESCAPES.get(found) ?? `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** As escapeInvisible, for text of several lines: line feeds stay. */
export const escapeInvisibleLines = (text: string): string => text.split('\n').map(escapeInvisible).join('\n');

/** At most `maxLength` code points; what was cut is marked by an ellipsis. */
export function shorten(text: string, maxLength: number): string {
  const points = Array.from(text.slice(0, maxLength * 2 + 2));
  return points.length <= maxLength ? text : `${points.slice(0, maxLength - 1).join('')}…`;
}

const SHOWN_LENGTH = 60;

/** A value as a rule's message shows it: escaped, at most 60 characters, "(empty)" for the empty string. */
export function shownValue(value: string): string {
  // Escapes only lengthen: what is shown comes from the beginning, and the rest of a long value costs nothing.
  return value === '' ? '(empty)' : shorten(escapeInvisible(value.slice(0, SHOWN_LENGTH * 2 + 2)), SHOWN_LENGTH);
}

/** Length in code points, as people and Kubernetes count. */
export const lengthOf = (text: string): number => Array.from(text).length;
