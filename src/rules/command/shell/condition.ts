// The inside of "[[ ... ]]": words and operators that are none of the shell's.

import type { Cursor } from './cursor.ts';
import type { SimpleParser } from './simple-parser.ts';
import type { Word } from './syntax.ts';

const END = /\]\](?=[ \t\n;&|<>()]|$)/y;

/** Behind "[[", over its end: the words between "&&" and "||". */
export function parseCondition(cursor: Cursor, parts: SimpleParser): readonly (readonly Word[])[] {
  const found: Word[][] = [[]];
  let open = 0;
  for (;;) {
    parts.lines();
    if (cursor.ended) cursor.fail('no "]]"');
    if (cursor.ended || cursor.match(END) !== '') return found;
    const word = parts.word();
    if (word !== null) found.at(-1)?.push(word);
    else if (cursor.take('&&') || cursor.take('||')) found.push([]);
    else if (open === 0 && /[;&|]/.test(cursor.char)) cursor.fail(`"${cursor.char}" in a condition`);
    else {
      open += cursor.char === '(' ? 1 : cursor.char === ')' ? -1 : 0; // brackets of expressions; other shells refuse them here
      cursor.at += 1;
    }
  }
}
