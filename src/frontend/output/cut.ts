// Where bytes of text may be cut: at lines, else between characters.

const LINE_FEED = 0x0a;

/** After the last line feed; where there is none in the last half, after the last whole character. */
export function endOfLastLine(bytes: Buffer): number {
  const feed = bytes.lastIndexOf(LINE_FEED);
  return feed >= bytes.byteLength / 2 ? feed + 1 : endOfLastCharacter(bytes);
}

/** After the last character that is whole; text that is not UTF-8 is cut anywhere. */
export function endOfLastCharacter(bytes: Buffer): number {
  let start = bytes.byteLength;
  do start -= 1;
  while (start >= 0 && bytes.byteLength - start < 4 && isContinuation(bytes[start]));
  return start >= 0 && start + characterLength(bytes[start]) > bytes.byteLength ? start : bytes.byteLength;
}

/** After the first line feed; where there is none in the first half, at the first whole character. */
export function startOfFirstLine(bytes: Buffer): number {
  const feed = bytes.indexOf(LINE_FEED);
  return feed !== -1 && feed < bytes.byteLength / 2 ? feed + 1 : startOfFirstCharacter(bytes);
}

export function startOfFirstCharacter(bytes: Buffer): number {
  let start = 0;
  while (start < 3 && isContinuation(bytes[start])) start += 1;
  return start;
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function characterLength(lead: number | undefined): number {
  if (lead === undefined || lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
