// Letters that look like others (K-26): in the name of a program and of a flag only; data may be in any language.

/** Letters of Cyrillic, Greek and Armenian that people read as the ASCII letter of the pair. */
const PAIRS =
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw ѵv ӏl ɡg ɑa вb кk мm нh тt зz ьb ո'.trimEnd() +
  'n սu оo αa εe οo ρp υu νv κk ιi τt χx γy ωw ηn αa ıi ɩi ƅb';
const LOOKS_LIKE: ReadonlyMap<string, string> = new Map(
  PAIRS.split(' ').flatMap((pair): [string, string][] => {
    const [foreign = '', ascii = ''] = Array.from(pair);
    return [
      [foreign, ascii],
      [foreign.toUpperCase(), ascii.toUpperCase()],
    ];
  }),
);

/** Whether the name imitates one in ASCII, mixes scripts inside a word, or holds something invisible. */
export function looksAlike(name: string): boolean {
  if (/^[\x20-\x7e\ue000-\ue002]*$/.test(name)) return false;
  const start = name.slice(0, 256);
  if (/[\p{Cf}\p{Cc}\p{Zl}\p{Zp}]/u.test(start)) return true;
  const letters = Array.from(start.normalize('NFKC'), (letter) => LOOKS_LIKE.get(letter) ?? letter);
  const skeleton = letters.join('').replace(DASHES, '-');
  if (/^[\x20-\x7e]*$/.test(skeleton)) return true;
  return start
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => /\p{Script=Latin}/u.test(word) && /(?!\p{Script=Latin})\p{L}/u.test(word));
}

/** Hyphens, dashes and minus signs that are not the one of ASCII. */
const DASHES = /[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/gu;

/** The part of an option that names it; "" for an argument that is no option. */
export const flagName = (argument: string): string =>
  /^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+\p{L}/u.test(argument) && !/\s/.test(argument)
    ? (argument.split('=', 1)[0] ?? '')
    : '';
