// Flags as every command takes them: all problems are gathered, none of them ends the reading.

import { parseArgs } from 'node:util';

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
}
export type Flags = Readonly<Record<string, Flag>>;

/** Sentences, each naming the flag, the value and what is allowed. */
export type Problems = readonly string[];

export interface ParsedFlags {
  readonly problems: Problems;
  readonly positionals: readonly string[];
  /** The last one given; null for none. */
  text(name: string): string | null;
  isOn(name: string): boolean;
  all(name: string): readonly string[];
}

export const string = { type: 'string' } as const;
export const boolean = { type: 'boolean' } as const;

export function parseFlags(
  argv: readonly string[],
  flags: Flags,
  positionals: 'positionals' | 'no positionals' = 'no positionals',
): ParsedFlags {
  const problems: string[] = [];
  const values = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokensOf(argv, flags)) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      words.push(token.value);
      continue;
    }
    const problem = problemOf(token, flags);
    if (problem === null) values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? '']);
    else problems.push(problem);
  }
  if (positionals === 'no positionals')
    problems.push(...words.map((word) => `Unexpected argument ${quoted(word)}: this command takes options only`));
  return {
    problems,
    positionals: words,
    text: (name) => values.get(name)?.at(-1) ?? null,
    isOn: (name) => values.has(name),
    all: (name) => values.get(name) ?? [],
  };
}

interface OptionToken {
  readonly kind: 'option';
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/** Lenient reading: the strict one stops at the first problem. */
const tokensOf = (argv: readonly string[], flags: Flags) =>
  parseArgs({ args: [...argv], options: flags, allowPositionals: true, strict: false, tokens: true }).tokens;

function problemOf(token: OptionToken, flags: Flags): string | null {
  const flag = Object.hasOwn(flags, token.name) ? flags[token.name] : undefined;
  if (flag === undefined) return `Unknown option ${quoted(token.rawName)}`;
  if (flag.type === 'boolean')
    return token.value === undefined ? null : `${token.rawName} takes no value, not ${JSON.stringify(token.value)}`;
  if (token.value === undefined) return `${token.rawName} needs a value`;
  // A forgotten value would swallow the next flag without a word.
  const swallowed = token.inlineValue !== true && token.value.length > 1 && token.value.startsWith('-');
  return swallowed
    ? `${token.rawName} needs a value; if ${quoted(token.value)} is meant, write ${inline(token)}`
    : null;
}

const inline = ({ rawName, value = '' }: OptionToken): string =>
  rawName.startsWith('--') ? `${rawName}=${value}` : `${rawName}${value}`;

const quoted = (text: string): string => `'${text}'`;
