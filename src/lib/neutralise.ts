// Output of a session is text of a stranger: what steers a terminal, hides or reorders text is taken out before a person or a
// model sees it (security.md 8). Line feeds and tabs stay.

const ESCAPE = 0x1b;
const BELL = 0x07;
/** Introducers of strings that end with BEL or ESC \ : OSC, DCS, SOS, PM, APC. */
const STRING_INTRODUCERS = new Set([']', 'P', 'X', '^', '_']);

/** Controls, line separators, and what Unicode says to ignore: zero width, bidirectional, tags, variation selectors. */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;

/** The visible text. CR LF becomes LF; a lone CR, which would overwrite a line, becomes LF too. Idempotent; never longer than its input. */
export function neutralise(text: string): string {
  const kept: string[] = [];
  let keptFrom = 0;
  let at = 0;
  while (at < text.length) {
    const point = text.codePointAt(at) ?? 0;
    const width = point > 0xffff ? 2 : 1;
    if (isVisible(point)) {
      at += width;
      continue;
    }
    kept.push(text.slice(keptFrom, at));
    if (point === 0x0d && text[at + 1] !== '\n') kept.push('\n');
    at = point === ESCAPE ? endOfEscape(text, at) : at + width;
    keptFrom = at;
  }
  kept.push(text.slice(keptFrom));
  return kept.join('');
}

function isVisible(point: number): boolean {
  if (point < 0x7f) return point >= 0x20 || point === 0x0a || point === 0x09;
  return !INVISIBLE.test(String.fromCodePoint(point));
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
