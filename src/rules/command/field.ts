// One argument as a program will get it, as far as that is known before it runs. Text that is not known, and active globs, are single
// marks of the private use area; a stranger's text that holds such a character is judged as if it were a mark, which refuses more.

export interface Field {
  /** With marks. */
  readonly text: string;
  /** Output of a program that fetches from a network is in it. */
  readonly fetched: boolean;
}

/** An active "*". */
export const STAR = '\ue000';
/** An active "?" or bracket expression. */
export const ONE = '\ue001';
/** Any text, slashes too. */
export const UNKNOWN = '\ue002';

const MARKS = /[\ue000-\ue002]/;

export const plainField = (text: string): Field => ({ text, fetched: false });

export const isKnown = (field: Field): boolean => !MARKS.test(field.text);
export const startsUnknown = (field: Field): boolean => field.text.startsWith(UNKNOWN);

/** As a person would write it: for patterns and messages. */
export const shownField = (field: Field): string =>
  field.text.replaceAll(STAR, '*').replaceAll(ONE, '?').replaceAll(UNKNOWN, '$');

/** A command in text that is quoted for now; calculations and "${x@P}" of bash run such values. */
export const runsLater = (text: string): boolean => /\$\(|`/.test(text);

/** The name of the program: what follows the last slash. */
export const baseName = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

/** Whether a pattern with marks can stand for the text. Linear: the last star is the only place to go back to. */
export function canBe(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let retry = 0;
  let index = 0;
  while (index < text.length) {
    const mark = pattern.charAt(at);
    if (mark === STAR || mark === UNKNOWN) {
      star = at;
      retry = index;
      at += 1;
    } else if (mark === ONE || mark === text.charAt(index)) {
      at += 1;
      index += 1;
    } else if (star >= 0) {
      retry += 1;
      at = star + 1;
      index = retry;
    } else {
      return false;
    }
  }
  while (pattern.charAt(at) === STAR || pattern.charAt(at) === UNKNOWN) at += 1;
  return at === pattern.length;
}
