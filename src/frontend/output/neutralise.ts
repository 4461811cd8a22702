// Output of a session is text of a stranger: what steers a terminal, hides or reorders text is taken out before a person or a
// model sees it (security.md 8). Line feeds and tabs stay.

const ESCAPE = 0x1b;
const BELL = 0x07;
/** Introducers of strings that end with BEL or ESC \ : OSC, DCS, SOS, PM, APC. */
const STRING_INTRODUCERS = new Set([']', 'P', 'X', '^', '_']);

/** Zero width, bidirectional controls, line separators, tags, variation selectors: nothing that a terminal shows. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** The visible text. CR LF becomes LF; a lone CR, which would overwrite a line, becomes LF too. Idempotent; never longer than its input. */
export function neutralise(text: string): string {
  const kept: string[] = [];
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    if (point === ESCAPE) {
      at = endOfEscape(text, at);
      continue;
    }
    const width = point > 0xffff ? 2 : 1;
    if (point === 0x0d) {
      if (text[at + 1] !== '\n') kept.push('\n');
    } else if (isVisible(point)) kept.push(text.slice(at, at + width));
    at += width;
  }
  return kept.join('');
}

function isVisible(point: number): boolean {
  if (point === 0x0a || point === 0x09) return true;
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return false;
  return point < 0xad || !INVISIBLE.some(([first, last]) => point >= first && point <= last);
}

/** Index after the escape sequence that starts at `at`. A string sequence that does not end on its line ends with the ESC itself. */
function endOfEscape(text: string, at: number): number {
  const introducer = text[at + 1];
  if (introducer === undefined) return at + 1;
  if (introducer === '[') return skipWhile(text, at + 2, isParameter) + 1;
  if (STRING_INTRODUCERS.has(introducer)) return endOfString(text, at + 2);
  const final = skipWhile(text, at + 1, isIntermediate);
  return isPlain(text.charCodeAt(final)) ? final + 1 : final;
}

function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BELL) return at + 1;
    if (code === ESCAPE) return text[at + 1] === '\\' ? at + 2 : at;
    if (code === 0x0a) break;
  }
  return from;
}

function skipWhile(text: string, from: number, matches: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && matches(text.charCodeAt(at))) at += 1;
  return at;
}

const isParameter = (code: number): boolean => code >= 0x20 && code <= 0x3f;
const isIntermediate = (code: number): boolean => code >= 0x20 && code <= 0x2f;
const isPlain = (code: number): boolean => code >= 0x30 && code <= 0x7e;
