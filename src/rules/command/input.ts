// What one stage of a pipeline hands to the next, as far as it is known before it runs.

import { type Argument, type Feed, NO_FEED } from './found-command.ts';
import { isKnown } from './field.ts';
import { FETCHERS } from './program-names.ts';

const MAX_LENGTH = 65_536;

/** The output of a program with this input. */
export function outputOf(name: string, args: readonly Argument[], input: Feed): Feed {
  if (FETCHERS.has(name)) return { text: null, fetched: true };
  const fetched = input.fetched || args.some((arg) => arg.fetched);
  const text = textOf(name, args, input);
  return text === null || text.length > MAX_LENGTH ? { ...NO_FEED, fetched } : { text, fetched };
}

function textOf(name: string, args: readonly Argument[], input: Feed): string | null {
  if ((name === 'cat' || name === 'tee') && args.every(({ text }) => text.startsWith('-'))) return input.text;
  if (name === 'echo') return echoed(args.map(({ text }) => text));
  if (name === 'printf') return printed(args);
  return null;
}

function echoed(words: readonly string[]): string {
  const start = words.findIndex((word) => !/^-[neE]+$/.test(word));
  const text = start < 0 ? '' : words.slice(start).join(' ');
  return `${unescaped(text)}\n`;
}

/** The formats that hand words on; null for others. */
function printed([format, ...values]: readonly Argument[]): string | null {
  if (format === undefined || !isKnown(format)) return null;
  const shape = unescaped(format.text);
  if (!shape.includes('%')) return shape;
  const pieces = /^([^%]*)%[sb]([^%]*)$/.exec(shape);
  if (pieces === null) return null;
  const [, before = '', after = ''] = pieces;
  return values.map(({ text }) => `${before}${text}${after}`).join('');
}

/** Escapes of echo and printf, as far as they make separators. */
const unescaped = (text: string): string => text.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\\\/g, '\\');
