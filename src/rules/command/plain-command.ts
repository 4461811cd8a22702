// A quick yes for what most sessions run: an interpreter with plain words, of which no law about commands could say anything. It is
// only ever said where the whole judgement says the same (test/unit/rules/command/plain-command.test.ts).

import type { CommandPolicy } from './command-policy.ts';
import { isElsewhere, isPlainWord, pathSegments } from './paths.ts';
import { INTERPRETERS } from './program-names.ts';

const MAX_WORDS = 64;
const MAX_WORD = 256;

/** `argv` is not empty. False means nothing: the whole judgement decides. */
export function isPlainCommand(argv: readonly string[], cwd: string, policy: CommandPolicy): boolean {
  const { settings, isStrict, deniedPaths, deniedFlagNames, isDenied } = policy;
  const [program = ''] = argv;
  // An allow list and a read-only list ask more of a command than that it harms nothing.
  if (isStrict || settings.readOnly || argv.length > MAX_WORDS || !INTERPRETERS.test(program)) return false;
  const isPlain = (word: string): boolean => word.length <= MAX_WORD && isPlainWord(word) && !deniedFlagNames.has(word);
  if (!argv.every(isPlain)) return false;
  if (deniedPaths.length > 0 && !isElsewhere(pathSegments(cwd, { directory: [], most: 1 }), deniedPaths)) return false;
  return !isDenied(argv.join(' '));
}
