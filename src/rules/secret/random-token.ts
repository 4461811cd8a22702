// Words that nobody would think up: keys without a known form, by length, mixture and entropy (requirements.md S0.L3.02, K-12). Silent
// on what is random and no secret: UUIDs, hashes, digests, integrity values, encoded images, certificates. Of hexadecimal and of
// lower-case words it says nothing, since a key is not to be told from a hash there.

const MIN_LENGTH = 20;
const MAX_LENGTH = 256;
/** Part of the entropy that so many different characters could have at most; random words have nine tenths of it and more. */
const MIN_ENTROPY_SHARE = 0.8;
const ALPHABET_SIZE = 64;
/** Letters of one kind in a row, on average: 1.6 in random words, 4 and more in names that people put together. */
const MAX_MEAN_RUN = 2.4;

/** What is between the words of a value: blanks, quotes, and separators of settings. */
const BETWEEN_WORDS = /[\s"'`=,;:&?#@|<>()[\]{}]+/;
const WORD = /^[A-Za-z0-9_+/-]+$/;
/** A name or a capital with its word, capitals, digits. */
const RUN = /[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g;
/** Encoded images, documents and public keys, by how they begin. */
const ENCODED_DATA = /^(?:iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|PHN2Zy|PD94bWwg|JVBERi|AAAA|MII|data$)/;
const LABELLED_DIGEST = /^(?:sha(?:1|256|384|512)|md5|blake[23][bs]?)[-_:]/i;

/** Longer values are data; and the search stays cheap on any input. */
const MAX_EXAMINED_LENGTH = 2048;

/** Whether one of the words of the value looks random. */
export function holdsRandomToken(value: string): boolean {
  if (value.length < MIN_LENGTH || value.includes('-----BEGIN') || /\bsha(?:256|384|512)[-:]/.test(value)) return false;
  return value.slice(0, MAX_EXAMINED_LENGTH).split(BETWEEN_WORDS).some(isRandomToken);
}

function isRandomToken(word: string): boolean {
  if (word.length < MIN_LENGTH || word.length > MAX_LENGTH || !WORD.test(word)) return false;
  if (ENCODED_DATA.test(word) || LABELLED_DIGEST.test(word) || isPath(word)) return false;
  const isMixed = /[a-z]/.test(word) && /[A-Z]/.test(word) && (word.match(/[0-9]/g)?.length ?? 0) >= 2;
  return isMixed && meanRun(word) <= MAX_MEAN_RUN && entropyShare(word) >= MIN_ENTROPY_SHARE;
}

/** Keys in base64 have a "/" here and there; paths have one behind every word, or one in front. */
const isPath = (word: string): boolean => word.startsWith('/') || word.split('/').length > word.length / 10 + 1;

function meanRun(word: string): number {
  const runs = word.match(RUN) ?? [];
  return runs.reduce((sum, run) => sum + run.length, 0) / Math.max(runs.length, 1);
}

/** Shannon entropy per character, as a part of what a word of this length can have. */
function entropyShare(word: string): number {
  const counts = new Map<string, number>();
  for (const character of word) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / word.length);
  const bits = shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
  return bits / Math.log2(Math.min(word.length, ALPHABET_SIZE));
}
