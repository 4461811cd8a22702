// Keys that say themselves what they are: prefixes and forms of well-known issuers (requirements.md S0.L3, 7.4). Each needs a word
// boundary and a length, so that "task-list" is no key.

const TOKEN_SHAPES: readonly RegExp[] = [
  /\bgh[opsur]_[A-Za-z0-9]{36,}/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{22,}/,
  /\bglpat-[A-Za-z0-9_-]{20,}/, // GitLab
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, // AWS
  /\bAIza[0-9A-Za-z_-]{35}/, // Google
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI, Anthropic
  /\b[rs]k_live_[A-Za-z0-9]{16,}/, // Stripe
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bpypi-[A-Za-z0-9_-]{50,}/,
  /\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/, // JSON web token
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@]+@/, // URL with a password
];

/** Each shape above holds one of these; looking for them first spares ordinary values the patterns. */
const TOKEN_MARKS = [
  'gh',
  'github_pat_',
  'glpat-',
  'xox',
  'AKIA',
  'ASIA',
  'AIza',
  'sk-',
  '_live_',
  'npm_',
  'pypi-',
  'eyJ',
  '-----BEGIN',
  '://',
] as const;

/** Long values are data; the patterns stay cheap on any input. */
const MAX_EXAMINED_LENGTH = 2048;
/** No shape above but the URL matches less. */
const SHORTEST_TOKEN = 15;

/** Looks at the start of the value only. */
export function holdsKnownToken(value: string): boolean {
  if (value.length < SHORTEST_TOKEN && !value.includes('://')) return false;
  const start = value.slice(0, MAX_EXAMINED_LENGTH);
  return TOKEN_MARKS.some((mark) => start.includes(mark)) && TOKEN_SHAPES.some((shape) => shape.test(start));
}
