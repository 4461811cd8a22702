// The text of bash's $'...' with its escapes.

import type { Cursor } from './cursor.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Behind the opening quote; steps over the closing one. */
export function ansiText(cursor: Cursor): string {
  const found = cursor.match(/[^'\\]*(?:\\[^][^'\\]*)*'/y);
  if (found === '') cursor.fail('an open quote');
  if (found.includes("\\'")) cursor.fail("a quote inside of $'...', which shells read differently");
  return found
    .slice(0, -1)
    .replace(
      /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c(.)|([^]))/g,
      (_, hex?: string, short?: string, long?: string, octal?: string, control?: string, other?: string) => {
        const code = hex ?? short ?? long;
        if (code !== undefined) return character(Number.parseInt(code, 16));
        if (octal !== undefined) return character(Number.parseInt(octal, 8) & 0xff);
        if (control !== undefined) return character(control.charCodeAt(0) & 0x1f);
        return SIMPLE[other ?? ''] ?? other ?? '';
      },
    );
}

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
