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

/** One pass over ordinary values, which hold none of the tokens. */
const ANY_TOKEN = /[$`;&|\n\r]/;

const holds =
  (value: string) =>
  ({ text }: Token): boolean =>
    value.includes(text);

/** What a shell could act on in the value, as the end of a sentence; null for nothing. */
export function shellTokenProblem(value: string): string | null {
  if (!ANY_TOKEN.test(value)) return null;
  const found = SUBSTITUTIONS.find(holds(value)) ?? SEPARATORS.find(holds(value));
  if (found === undefined || isJsonDocument(value)) return null; // shapes are looked at only where they matter
  if (SEPARATORS.includes(found) && isExemptShape(value)) return null;
  return `holds ${found.name}`;
}
