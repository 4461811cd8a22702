// A quick yes for what most sessions run: an interpreter with plain words, of which no law about commands could say anything. It is
// only ever said where the whole judgement says the same (test/unit/rules/command/plain-command.test.ts).

import type { CommandPolicy } from './command-policy.ts';
import { canBe } from './field.ts';
import { type DeniedPath, pathSegments } from './paths.ts';
import { INTERPRETERS } from './program-names.ts';

const MAX_WORDS = 64;
const MAX_WORD = 256;
/** ASCII: a name in the working directory, or an option without a value. */
const PLAIN_WORD = /^(?:\w[\w+-]*(?:\.[\w+-]+)*|--?\w[\w-]*)$/;

/** `argv` is not empty. False means nothing: the whole judgement decides. */
export function isPlainCommand(argv: readonly string[], cwd: string, policy: CommandPolicy): boolean {
  const { settings, isStrict, deniedPaths, deniedFlagNames, isDenied } = policy;
  const [program = ''] = argv;
  // An allow list and a read-only list ask more of a command than that it harms nothing.
  if (isStrict || settings.readOnly || argv.length > MAX_WORDS || !INTERPRETERS.test(program)) return false;
  const isPlain = (word: string): boolean =>
    word.length <= MAX_WORD && PLAIN_WORD.test(word) && !deniedFlagNames.has(word);
  if (!argv.every(isPlain)) return false;
  if (!isOutside(cwd, deniedPaths)) return false;
  return !isDenied(argv.join(' '));
}

/** Whether the directory shares not even its first segment with a denied path. */
function isOutside(directory: string, denied: readonly DeniedPath[]): boolean {
  if (denied.length === 0) return true;
  const first = pathSegments(directory, { directory: [], most: 1 })?.[0];
  if (first === undefined) return false;
  return denied.every(({ segments: [top] }) => top !== undefined && first !== top && !canBe(first, top));
}
