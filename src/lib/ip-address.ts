// Literal IP addresses, strictly: only the canonical notations count, so that "0x7f.1", "010.1.1.1" or "127.1" are names, not
// addresses. Pure arithmetic on text; nothing is resolved.

export interface IpAddress {
  readonly version: 4 | 6;
  /** 4 or 16 bytes. */
  readonly bytes: readonly number[];
}

/** null for anything that is not exactly one literal address: no brackets, no port, no zone, no prefix length. */
export function parseIpAddress(text: string): IpAddress | null {
  const four = parseFour(text);
  if (four !== null) return { version: 4, bytes: four };
  const six = parseSix(text);
  return six === null ? null : { version: 6, bytes: six };
}

/** 0.0.0.0 and ::, which mean "every address of the machine". */
export const isUnspecified = (address: IpAddress): boolean => address.bytes.every((byte) => byte === 0);

/** IPv4 written as IPv6 (::ffff:a.b.c.d), in any notation. */
export const isMapped = (address: IpAddress): boolean =>
  address.version === 6 &&
  address.bytes.slice(0, 10).every((byte) => byte === 0) &&
  address.bytes[10] === 0xff &&
  address.bytes[11] === 0xff;

/** Multicast and the reserved top of IPv4, broadcast included: never the address of one machine. */
export const isMulticastOrReserved = (address: IpAddress): boolean =>
  address.version === 4 ? (address.bytes[0] ?? 0) >= 224 : address.bytes[0] === 0xff;

function parseFour(text: string): readonly number[] | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseSix(text: string): readonly number[] | null {
  if (text.length > 45) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = groupBytes(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupBytes(halves[1] ?? '', true) : [];
  if (head === null || tail === null) return null;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : null;
  return missing >= 2 ? [...head, ...Array.from({ length: missing }, () => 0), ...tail] : null;
}

/** Bytes of colon-separated groups; the last may be dotted IPv4 when `mayEndInFour`. "" has none. */
function groupBytes(text: string, mayEndInFour: boolean): readonly number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const four = mayEndInFour && index === groups.length - 1 ? parseFour(group) : null;
    if (four === null && !/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
    if (four === null) bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else bytes.push(...four);
  }
  return bytes;
}
