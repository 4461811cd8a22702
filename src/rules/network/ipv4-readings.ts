// IPv4 addresses in every notation that some resolver takes: decimal, octal and hexadecimal numbers, one to four of them, the last
// filling what is left ("127.1", "0x7f.1", "2130706433"). Where programs disagree about a number, both readings are given.
// Source: inet_aton(3), WHATWG URL "IPv4 parser", requirements.md 9.7.

/** Whether the text can only be meant as an IPv4 address: its last part is a number. */
export const isNumericHost = (host: string): boolean => /(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$/i.test(host);

/**
 * Every address that the text is to somebody, as 32-bit numbers: "010.1.1.1" is 8.1.1.1 in C and 10.1.1.1 elsewhere. Empty for text
 * that is no address to anybody.
 */
export function ipv4Readings(host: string): readonly number[] {
  const parts = host.split('.');
  if (parts.length > 4) return [];
  const readings = [parts.map(asInC), parts.map(asWritten)].map(addressOf).filter((address) => address !== null);
  return [...new Set(readings)];
}

/** A leading zero means octal. */
function asInC(part: string): number | null {
  if (/^0x[0-9a-f]*$/i.test(part)) return part.length === 2 ? 0 : Number.parseInt(part.slice(2), 16);
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8);
  return /^(?:0|[1-9][0-9]*)$/.test(part) ? Number(part) : null;
}

/** A leading zero means nothing. */
function asWritten(part: string): number | null {
  return /^[0-9]+$/.test(part) ? Number(part) : asInC(part);
}

function addressOf(parts: readonly (number | null)[]): number | null {
  const last = parts.at(-1) ?? null;
  if (last === null || last >= 256 ** (5 - parts.length)) return null;
  let address = last;
  for (const [index, part] of parts.slice(0, -1).entries()) {
    if (part === null || part > 255) return null;
    address += part * 256 ** (3 - index);
  }
  return address;
}
