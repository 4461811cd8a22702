// The one judgement of inline environment values (requirements.md S0.H1.03 and K-01, design.md 8.2). It names the token, never
// the value.

import { isExemptShape, isJsonDocument } from './exempt-shapes.ts';

interface Token {
  readonly text: string;
  readonly name: string;
}

const SUBSTITUTIONS: readonly Token[] = [
  { text: '$(', name: '"$("' },
  { text: '`', name: 'a backtick' },
];
const SEPARATORS: readonly Token[] = [
  { text: ';', name: '";"' },
  { text: '&', name: '"&"' },
  { text: '|', name: '"|"' },
  { text: '\n', name: 'a line feed' },
  { text: '\r', name: 'a carriage return' },
];

/** What a shell could act on in the value, as the end of a sentence; null for nothing. */
export function shellTokenProblem(value: string): string | null {
  if (isJsonDocument(value)) return null;
  const tokens = isExemptShape(value) ? SUBSTITUTIONS : [...SUBSTITUTIONS, ...SEPARATORS];
  const found = tokens.find(({ text }) => value.includes(text));
  return found === undefined ? null : `holds ${found.name}`;
}
