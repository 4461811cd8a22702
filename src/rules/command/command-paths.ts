// Which arguments of a command name files, as far as one can say without knowing the program. What is only text for it does not.

import type { Field } from './field.ts';
import type { Argument, FoundCommand } from './found-command.ts';
import { PRINTERS, READERS, SEARCHERS, TEXT_PROGRAMS } from './program-names.ts';
import { isWrite } from './writes.ts';

export interface FoundPath {
  readonly at: number;
  readonly field: Field;
  readonly directory: readonly string[] | null;
}

/** With mode "write" only what may be written. */
export function pathsOf(found: FoundCommand, mode: 'all' | 'write'): readonly FoundPath[] {
  const { name, directory, redirections } = found;
  const writes = mode === 'write';
  const files = redirections.filter(({ operator }) => !writes || isWrite(operator)).map(({ target }) => target);
  const isRead = writes && (READERS.has(name.text) || found.isFrame);
  const args = PRINTERS.has(name.text) || isRead ? [] : fileArguments(found);
  const here = writes || found.isFrame ? [] : [{ text: '.', fetched: false, at: found.at }];
  const program = writes || !found.program.text.includes('/') ? [] : [{ ...found.program, at: found.at }];
  return [...program, ...args, ...files, ...here].map((field) => ({ at: field.at, field, directory }));
}

function fileArguments({ name, args }: FoundCommand): readonly Argument[] {
  if (TEXT_PROGRAMS.has(name.text)) return args.filter(({ text }) => !/\s/.test(text));
  if (name.text === 'sed' || AWK.test(name.text)) return withoutCode(name.text, args);
  if (!SEARCHERS.has(name.text)) return args;
  return args.filter(({ text }) => !/\s/.test(text) || /^[/.~]/.test(text));
}

const AWK = /^[gmn]?awk$/;

/** The code of awk and sed is full of slashes that are no paths: of it only what reads or writes a file is left. */
function withoutCode(program: string, args: readonly Argument[]): readonly Argument[] {
  const files = program === 'sed' ? /[rRwW]\s*(\/[^\s;}]+)/g : /"(\/[^"]*)"/g;
  const behindOption = args.filter((_, index) => CODE_OPTION.test(args[index - 1]?.text ?? ''));
  const first = args.find(({ text }, index) => !text.startsWith('-') && !FILE_OPTION.test(args[index - 1]?.text ?? ''));
  const code = new Set(behindOption.length > 0 ? behindOption : [first]);
  return args.flatMap((arg) => {
    if (!code.has(arg)) return [arg];
    return [...arg.text.matchAll(files)].map(([, path = '']) => ({ ...arg, text: path }));
  });
}

const CODE_OPTION = /^(?:-[A-Za-z]*e|--expression|--source)$/;
const FILE_OPTION = /^-[A-Za-z]*f$/;
