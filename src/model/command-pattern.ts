// Patterns of `commands.allow` and `commands.deny`: RE2, so that no pattern and no command can make judging slow. Here, because the
// policy file is checked with the same compiler that judges.

import { RE2JS } from 're2js';
import { shorten } from '../lib/visible-text.ts';

export interface CommandPattern {
  /** As the author wrote it. */
  readonly source: string;
  /** What is searched for. */
  readonly expression: string;
  /** Matches only from the start of a command line, so it says nothing about single arguments. */
  readonly anchored: boolean;
  /** Whether it is found in the text. Linear in the length of the text; never throws. */
  readonly found: (text: string) => boolean;
}

export interface CompileOptions {
  /** An allow pattern has to begin with the program and end at the end of a word. */
  readonly purpose: 'allow' | 'deny';
  /** Word boundaries where the author's pattern has none (K-40). */
  readonly strict: boolean;
}

/** Of each pattern that cannot be used "[index]: value what; allowed: ..."; empty when all can. */
export function commandPatternProblems(patterns: readonly string[]): string[] {
  return patterns.flatMap((pattern, index) => {
    const what = patternProblem(pattern);
    const value = JSON.stringify(shorten(pattern, MAX_SHOWN));
    return what === null ? [] : [`[${index}]: ${value} ${what}; allowed: ${ALLOWED}`];
  });
}

/** Case-sensitive. A pattern that is no RE2 expression finds nothing: loading a policy refuses it before. */
export function compileCommandPattern(source: string, { purpose, strict }: CompileOptions): CommandPattern {
  const text = strict ? bounded(source, purpose) : source;
  const expression = compiled(text) ?? compiled(source);
  return {
    source,
    expression: expression?.pattern() ?? FINDS_NOTHING,
    anchored: source.startsWith('^'),
    found: (line) => expression?.matcher(line).find() ?? false,
  };
}

/** Whether any of the patterns is found, by one search: most commands match none. */
export function anyPatternFound(patterns: readonly CommandPattern[]): (text: string) => boolean {
  if (patterns.length === 0) return () => false;
  const together = compiled(patterns.map(({ expression }) => `(?:${expression})`).join('|'));
  if (together === null) return (text) => patterns.some((pattern) => pattern.found(text)); // too large as one
  return (text) => together.matcher(text).find();
}

const MAX_PATTERN_LENGTH = 1000;
/** Instructions of the compiled pattern, for example of "{500}"; each may cost time for each character of a command. */
const MAX_PATTERN_SIZE = 500;
const MAX_SHOWN = 60;
const FINDS_NOTHING = '[^\\x00-\\x{10FFFF}]';
const ALLOWED = `an RE2 expression of at most ${MAX_PATTERN_LENGTH} characters, without look-around, back-references and large counts`;

function patternProblem(pattern: string): string | null {
  if (pattern.length > MAX_PATTERN_LENGTH) return `has ${pattern.length} characters`;
  const expression = compiled(pattern);
  if (expression === null) return 'is not an RE2 expression';
  const size = expression.programSize();
  return size > MAX_PATTERN_SIZE ? `compiles to ${size} steps, more than ${MAX_PATTERN_SIZE}` : null;
}

function compiled(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null; // the one thing that it throws for is a pattern that is none
  }
}

function bounded(source: string, purpose: CompileOptions['purpose']): string {
  const start = purpose === 'allow' ? '^' : /^\w/.test(source) ? '\\b' : '';
  return `${start}(?:${source})${endBoundary(source, purpose)}`;
}

/** Nothing for a pattern whose author ended it: with an end of line, white space, a boundary or "anything". */
function endBoundary(source: string, purpose: CompileOptions['purpose']): string {
  if (purpose === 'deny') {
    if (source.endsWith(' /')) return '(?:[^\\w.~-]|$)'; // "rm -rf /" means the root, not all that begins with it
    return /(?:^|[^\\])\w$/.test(source) ? '\\b' : '';
  }
  if (/(?:\$|\\[sbSW]|[*+ ])\)?$/.test(source) || source.endsWith('(?:\\s|$)')) return '';
  return '(?:\\s|$)';
}
