// Words of a shell script: quotes, expansions and substitutions. Commands inside are parsed by the script parser, which hands itself in.

import { ansiText } from './ansi-text.ts';
import type { Cursor } from './cursor.ts';
import { NO_WORD, type ShellNode, type Word, type WordPart } from './syntax.ts';

export interface CommandParser {
  /** Parses commands up to ")" and steps over it. */
  readonly untilBracket: () => readonly ShellNode[];
  /** Parses another text, for example that of backticks. */
  readonly other: (text: string) => readonly ShellNode[];
}

const PLAIN = /[^ \t\n;&|<>()\\'"`$]+/y;
const PLAIN_IN_DOUBLE = /[^\\"`$]+/y;
const PLAIN_IN_BRACES = /[^\\'"`$}]+/y;
const PLAIN_IN_ARITHMETIC = /[^\\'"`$()]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const PARAMETER = /[0-9]+|[@*#?$!-]/y;

/** A word up to the next unquoted white space or operator; null when there is none here. */
export function parseWord(cursor: Cursor, commands: CommandParser): Word | null {
  const parts: WordPart[] = [];
  for (;;) {
    const part = unquotedPart(cursor, commands, parts.length > 0);
    if (part === null) return parts.length === 0 ? null : parts;
    parts.push(...part);
    cursor.count();
  }
}

/** The text of a here-document with its expansions. */
export function parseHereText(cursor: Cursor, commands: CommandParser): Word {
  const parts: WordPart[] = [];
  while (!cursor.ended) {
    cursor.count();
    const quotes = cursor.match(/"+/y);
    parts.push(quotes === '' ? doubleQuotedPart(cursor, commands) : text(quotes, true));
  }
  return parts;
}

const text = (value: string, quoted: boolean): WordPart => ({ kind: 'text', text: value, quoted });

function unquotedPart(cursor: Cursor, commands: CommandParser, inside: boolean): readonly WordPart[] | null {
  const plain = cursor.match(PLAIN);
  if (plain !== '') return [text(plain, false)];
  switch (cursor.char) {
    case '\\':
      return [escaped(cursor)];
    case "'":
      return [singleQuoted(cursor)];
    case '"':
      return doubleQuoted(cursor, commands);
    case '`':
      return [expansion(cursor, commands, false)];
    case '$':
      if (!cursor.startsWith('$"')) return [expansion(cursor, commands, false)];
      cursor.at += 1; // text that would be translated
      return doubleQuoted(cursor, commands);
    case '<':
    case '>':
      if (!cursor.startsWith('<(') && !cursor.startsWith('>(')) return null;
      cursor.at += 2;
      return [{ kind: 'command', quoted: false, body: commands.untilBracket() }];
    case '(':
      return inside && /[?*+@!]/.test(cursor.text.charAt(cursor.at - 1)) ? [extendedGlob(cursor, commands)] : null;
    default:
      return null;
  }
}

function escaped(cursor: Cursor): WordPart {
  const next = cursor.text.charAt(cursor.at + 1);
  if (next === '') cursor.fail('a backslash at its end');
  const length = (cursor.text.codePointAt(cursor.at + 1) ?? 0) > 0xffff ? 2 : 1;
  const value = cursor.text.slice(cursor.at + 1, cursor.at + 1 + length);
  cursor.at += 1 + length;
  return text(next === '\n' ? '' : value, true);
}

function singleQuoted(cursor: Cursor): WordPart {
  const end = cursor.text.indexOf("'", cursor.at + 1);
  if (end < 0) {
    cursor.fail('an open quote');
    return text('', true);
  }
  const value = cursor.text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  return text(value, true);
}

function doubleQuoted(cursor: Cursor, commands: CommandParser): readonly WordPart[] {
  cursor.at += 1;
  const parts: WordPart[] = [text('', true)];
  while (!cursor.take('"')) {
    if (cursor.ended) {
      cursor.fail('an open quote');
      return parts;
    }
    cursor.count();
    parts.push(doubleQuotedPart(cursor, commands));
  }
  return parts;
}

function doubleQuotedPart(cursor: Cursor, commands: CommandParser): WordPart {
  const plain = cursor.match(PLAIN_IN_DOUBLE);
  if (plain !== '') return text(plain, true);
  if (cursor.char !== '\\') return expansion(cursor, commands, true);
  const next = cursor.text.charAt(cursor.at + 1);
  if (!/[$`"\\\n]/.test(next)) {
    cursor.at += 1;
    return text('\\', true);
  }
  return escaped(cursor);
}

function expansion(cursor: Cursor, commands: CommandParser, quoted: boolean): WordPart {
  return cursor.nested((): WordPart => {
    if (cursor.char === '`') return backticks(cursor, commands, quoted);
    cursor.at += 1;
    if (cursor.take('((')) return arithmetic(cursor, commands, '))');
    if (cursor.take('(')) return { kind: 'command', quoted, body: commands.untilBracket() };
    if (cursor.take('{')) return braced(cursor, commands, quoted);
    if (!quoted && cursor.take("'")) return text(ansiText(cursor), true);
    if (cursor.char === '[') cursor.fail('"$[", which shells read differently');
    const name = cursor.match(NAME) || cursor.match(/[0-9@*#?$!-]/y);
    if (name === '') return text('$', quoted);
    return { kind: 'variable', name, quoted, rest: NO_WORD, defaults: false };
  });
}

function backticks(cursor: Cursor, commands: CommandParser, quoted: boolean): WordPart {
  const inner = cursor.match(/`[^`\\]*(?:\\[^][^`\\]*)*`/y);
  if (inner === '') cursor.fail('an open backtick');
  const body = commands.other(inner.slice(1, -1).replace(/\\([`\\$])/g, '$1'));
  return { kind: 'command', quoted, body };
}

/** Behind "${". */
function braced(cursor: Cursor, commands: CommandParser, quoted: boolean): WordPart {
  const prefix = cursor.match(/[#!](?=[A-Za-z0-9_@*])/y);
  const name = cursor.match(NAME) || cursor.match(PARAMETER);
  const operator = cursor.match(/:?[-=+?]/y);
  const rest: WordPart[] = [];
  while (!cursor.take('}')) {
    if (cursor.ended) cursor.fail('an open "${"');
    if (cursor.ended) break;
    cursor.count();
    const apostrophes = quoted ? cursor.match(/'+/y) : ''; // ordinary between double quotes
    rest.push(...(apostrophes === '' ? quotedOrPlain(cursor, commands, PLAIN_IN_BRACES) : [text(apostrophes, true)]));
  }
  if (rest[0]?.kind === 'text' && /^@[PE]/.test(rest[0].text)) cursor.fail('an expansion that runs text');
  if (prefix !== '' || name === '') return { kind: 'unknown', inner: rest };
  if (operator === '' && rest.length > 0) return { kind: 'unknown', inner: rest }; // cut, replaced, indexed
  return { kind: 'variable', name, quoted, rest, defaults: /[-=]$/.test(operator) };
}

/** Behind "((": brackets balanced, substitutions parsed. */
function arithmetic(cursor: Cursor, commands: CommandParser, end: ')' | '))'): WordPart {
  const inner: WordPart[] = [];
  let open = 0;
  for (;;) {
    if (cursor.ended) cursor.fail('an open calculation');
    if (cursor.ended) break;
    if (open === 0 && cursor.take(end)) break;
    cursor.count();
    if (cursor.take('(')) open += 1;
    else if (open > 0 && cursor.take(')')) open -= 1;
    else if (cursor.char === ')') cursor.fail('brackets that can be read in two ways');
    else inner.push(...quotedOrPlain(cursor, commands, PLAIN_IN_ARITHMETIC));
  }
  return { kind: 'unknown', inner };
}

/** Behind the word so far, for example at the bracket of "!(a|b)". */
function extendedGlob(cursor: Cursor, commands: CommandParser): WordPart {
  cursor.at += 1;
  return cursor.nested(() => arithmetic(cursor, commands, ')'));
}

/** A calculation as a command of its own, behind its "((". */
export const parseArithmetic = (cursor: Cursor, commands: CommandParser): WordPart =>
  arithmetic(cursor, commands, '))');

function quotedOrPlain(cursor: Cursor, commands: CommandParser, plain: RegExp): readonly WordPart[] {
  const found = cursor.match(plain);
  if (found !== '') return [text(found, false)];
  if (cursor.char === "'") return [singleQuoted(cursor)];
  if (cursor.char === '"') return doubleQuoted(cursor, commands);
  return [cursor.char === '\\' ? escaped(cursor) : expansion(cursor, commands, false)];
}
