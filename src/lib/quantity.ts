// Kubernetes quantities ("500m", "1.5Gi", "2e3") as exact numbers. Floating point is not used: a limit must not be off by a bit.

const NANO = 1_000_000_000n;
const QUANTITY = /^\+?([0-9]+)(?:\.([0-9]*))?(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,2})?$/;
const MAX_LENGTH = 64;
/** Digits that fit in a double with any of the factors below. */
const PLAIN_DIGITS = 6;
const PLAIN_FACTOR: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', 2 ** 30],
]);

/** Nano units of one unit with this suffix. */
const SUFFIX_NANO: ReadonlyMap<string, bigint> = new Map([
  ['', NANO],
  ['n', 1n],
  ['u', 1_000n],
  ['m', 1_000_000n],
  ['k', NANO * 10n ** 3n],
  ['M', NANO * 10n ** 6n],
  ['G', NANO * 10n ** 9n],
  ['T', NANO * 10n ** 12n],
  ['P', NANO * 10n ** 15n],
  ['E', NANO * 10n ** 18n],
  ['Ki', NANO * 2n ** 10n],
  ['Mi', NANO * 2n ** 20n],
  ['Gi', NANO * 2n ** 30n],
  ['Ti', NANO * 2n ** 40n],
  ['Pi', NANO * 2n ** 50n],
  ['Ei', NANO * 2n ** 60n],
]);

/**
 * Billionths of the unit, rounded up as Kubernetes does; null for text that is no quantity, and for negative ones.
 * Source: k8s.io/apimachinery/pkg/api/resource/quantity.go (grammar in its doc comment).
 */
export function parseQuantityNano(text: string): bigint | null {
  if (text.length > MAX_LENGTH) return null;
  const match = QUANTITY.exec(text);
  if (match === null) return null;
  const [, whole = '', fraction = '', suffix = ''] = match;
  const digits = BigInt(whole + fraction);
  const unitNano = SUFFIX_NANO.get(suffix);
  if (unitNano !== undefined && fraction === '') return digits * unitNano; // almost every quantity that people write
  const exponent = unitNano === undefined ? Number(suffix.slice(1)) : 0;
  const numerator = digits * (unitNano ?? NANO) * 10n ** BigInt(Math.max(0, exponent));
  return divideUp(numerator, 10n ** BigInt(fraction.length + Math.max(0, -exponent)));
}

/** The value of a short whole number with no suffix or Ki, Mi, Gi, exactly; null for every other text, which says nothing about it. */
export function plainQuantity(text: string): number | null {
  let whole = 0;
  let length = 0;
  for (; length < PLAIN_DIGITS; length += 1) {
    const digit = text.charCodeAt(length) - 48; // NaN behind the end
    if (!(digit >= 0 && digit <= 9)) break;
    whole = whole * 10 + digit;
  }
  const factor = length === 0 ? undefined : PLAIN_FACTOR.get(text.slice(length));
  return factor === undefined ? null : whole * factor;
}

/** Whole bytes, rounded up; null for nonsense and for more than 2^53 - 1 bytes. Example: "1.5Ki" is 1536. */
export function parseQuantityBytes(text: string): number | null {
  const plain = plainQuantity(text);
  if (plain !== null) return plain;
  const nano = parseQuantityNano(text);
  return nano === null ? null : safeNumber(divideUp(nano, NANO));
}

/** Billionths of a core, the engine's NanoCpus; null for nonsense. Example: "500m" is 500000000. */
export function parseCpuNano(text: string): number | null {
  const nano = parseQuantityNano(text);
  return nano === null ? null : safeNumber(nano);
}

const divideUp = (numerator: bigint, divisor: bigint): bigint => (numerator + divisor - 1n) / divisor;
const safeNumber = (value: bigint): number | null => (value > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(value));
