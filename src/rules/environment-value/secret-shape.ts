// What looks like a secret, by name and by form (requirements.md S0.L3, K-12). Tuned to stay silent on UUIDs, hashes, digests
// and encoded data, because a warning that is usually wrong is not read.

const SECRET_NAME =
  /(?:^|[_.-])(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:$|[_.-])/i;
/** Names that say where a secret is, or something about it. */
const ABOUT_A_SECRET = /(?:^|[_.-])(?:FILE|PATH|DIR|NAME|URL|URI|ENDPOINT|HEADER|TTL|LIMIT|LENGTH|TYPE|ENABLED)$/i;

const TOKEN_SHAPES: readonly RegExp[] = [
  /\bgh[opsur]_[A-Za-z0-9]{36,}/, // GitHub
  /\bgithub_pat_[A-Za-z0-9_]{22,}/,
  /\bglpat-[A-Za-z0-9_-]{20,}/, // GitLab
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/, // Slack
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, // AWS
  /\bAIza[0-9A-Za-z_-]{35}/, // Google
  /\bsk-[A-Za-z0-9_-]{20,}/, // OpenAI, Anthropic
  /\beyJ[A-Za-z0-9_-]{5,}\.eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*/, // JSON web token
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/, // URL with a password
];

/** Each shape above holds one of these; looking for them first spares ordinary values the patterns. */
const TOKEN_MARKS = ['gh', 'glpat-', 'xox', 'AKIA', 'ASIA', 'AIza', 'sk-', 'eyJ', '-----BEGIN', '://'];

const MAX_EXAMINED_LENGTH = 2048;
/** No shape above but the URL matches less. */
const SHORTEST_TOKEN = 15;
const MIN_ENTROPY_BITS = 4.2;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HASH = /^(?:sha[0-9]+[:-])?[0-9a-f]+$/i;

export const isSecretName = (name: string): boolean => SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name);

/** Numbers, switches and the empty text are settings even under a secret's name. */
export const isPlainSetting = (value: string): boolean => /^(?:|[0-9.]+|true|false|yes|no|on|off)$/i.test(value.trim());

/** Looks at the start only: long values are data, and the patterns stay cheap on any input. */
export function hasSecretShape(value: string): boolean {
  if (value.length < SHORTEST_TOKEN && !value.includes('://')) return false;
  const start = value.slice(0, MAX_EXAMINED_LENGTH);
  const mayHold = TOKEN_MARKS.some((mark) => start.includes(mark));
  return (mayHold && TOKEN_SHAPES.some((shape) => shape.test(start))) || isRandomToken(value);
}

/** One word of 24 to 128 characters with upper case, lower case and digits, in no order that a person would write. */
function isRandomToken(value: string): boolean {
  if (!/^[A-Za-z0-9_-]{24,128}$/.test(value) || UUID.test(value) || HASH.test(value)) return false;
  const mixed = /[a-z]/.test(value) && /[A-Z]/.test(value) && (value.match(/[0-9]/g)?.length ?? 0) >= 3;
  return mixed && shannonBits(value) >= MIN_ENTROPY_BITS;
}

/** Bits per character. */
function shannonBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((bits, count) => bits - (count / text.length) * Math.log2(count / text.length), 0);
}
