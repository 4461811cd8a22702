import { utf8Length } from '../../lib/utf8.ts';
// Spellings of host paths that are refused whatever they mean: those that two programs could read differently.
// Source: requirements.md 9.1 and S0.C1.18-19, security.md 4.3 "Source".

const MAX_BYTES = 1024;
const MAX_SEGMENT_BYTES = 255;

interface SpellingRule {
  readonly holds: (path: string) => boolean;
  readonly problem: string;
}

// Slashes and dots that are not "/" and "." but look like them; those that NFKC folds are caught by the normal form.
const LOOKALIKE = /[\u2044\u2215\u29f8\u2216\u29f5]/u;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/u;
const ENCODED = /%(?:25)*(?:2e|2f|5c|00)/i;

/** In order: the first that holds is what the message says. */
const SPELLING_RULES: readonly SpellingRule[] = [
  { holds: (path) => path === '', problem: 'is empty' },
  { holds: (path) => utf8Length(path) > MAX_BYTES, problem: `is longer than ${MAX_BYTES} bytes` },
  { holds: (path) => INVISIBLE.test(path), problem: 'holds a control or invisible character' },
  { holds: (path) => /^[A-Za-z]:/.test(path), problem: 'is a Windows path; nodes are Linux' },
  { holds: (path) => /^\/\/[.?]\//.test(path), problem: 'is a Windows device path; nodes are Linux' },
  { holds: (path) => path.includes('\\'), problem: 'holds a backslash; nodes are Linux' },
  { holds: (path) => path.startsWith('~'), problem: 'starts with "~", which nobody expands' },
  { holds: (path) => !path.startsWith('/'), problem: 'is not absolute' },
  { holds: (path) => path.split('/').includes('..'), problem: 'holds a ".." segment' },
  { holds: (path) => ENCODED.test(path), problem: 'holds a percent-encoded separator' },
  { holds: (path) => /[:,]/.test(path), problem: 'holds ":" or ",", which separate parts of mount options' },
  {
    holds: (path) => LOOKALIKE.test(path) || path.normalize('NFKC') !== path,
    problem: 'holds a character that looks like another; use its plain form',
  },
  {
    holds: (path) => path.split('/').some((segment) => segment !== segment.trim()),
    problem: 'holds a segment that starts or ends with a blank',
  },
  {
    holds: (path) => path.split('/').some((segment) => utf8Length(segment) > MAX_SEGMENT_BYTES),
    problem: `holds a segment longer than ${MAX_SEGMENT_BYTES} bytes`,
  },
];

/** What is wrong with how the path is written, as the end of a sentence; null for nothing. */
export function spellingProblem(path: string): string | null {
  return SPELLING_RULES.find(({ holds }) => holds(path))?.problem ?? null;
}
