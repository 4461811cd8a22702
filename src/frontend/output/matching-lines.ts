// Lines of a page that match an expression. RE2 looks at each character once, whatever the expression.

import type { RE2JS } from 're2js';

export interface Piece {
  readonly text: string;
  /** Bytes of the page that are dealt with, shown or not. */
  readonly consumed: number;
}

const LINE_FEED = 0x0a;

/**
 * Whole lines only: an unfinished one is looked at by the next call, unless the output ends with it (`end`) or it fills the whole page.
 * Stops before the line that would make the text longer than `most` bytes; one such line alone is shown whole.
 */
export function matchingLines(
  bytes: Buffer,
  pattern: RE2JS,
  { end, most }: { readonly end: boolean; readonly most: number },
): Piece {
  const shown: string[] = [];
  let shownBytes = 0;
  let consumed = 0;
  while (consumed < bytes.byteLength) {
    const feed = bytes.indexOf(LINE_FEED, consumed);
    if (feed === -1 && !end && consumed > 0) break;
    const lineEnd = feed === -1 ? bytes.byteLength : feed;
    const line = bytes.toString('utf8', consumed, lineEnd);
    if (pattern.matcher(line).find()) {
      const lineBytes = lineEnd - consumed + 1;
      if (shownBytes > 0 && shownBytes + lineBytes > most) break;
      shown.push(`${line}\n`);
      shownBytes += lineBytes;
    }
    consumed = Math.min(lineEnd + 1, bytes.byteLength);
  }
  return { text: shown.join(''), consumed };
}
