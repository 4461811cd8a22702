// A command line as everything that it would run. Pure and bounded: a hundred kilobytes of the worst text take milliseconds.

import { Analyst } from './analyst.ts';
import { type Analysis, type Argument, NO_FEED } from './found-command.ts';
import { pathSegments } from './paths.ts';
import { Scope } from './scope.ts';

export interface CommandLine {
  /** Program and arguments, without a shell around them. */
  readonly argv: readonly string[];
  /** Absolute, with links not followed. */
  readonly cwd: string;
  /** `value` undefined: it comes from elsewhere and is not known. */
  readonly env: readonly { readonly name: string; readonly value?: string | undefined }[];
}

const MAX_CHARACTERS = 300_000;
const MAX_VARIABLES = 256;

export function analyseCommand({ argv, cwd, env }: CommandLine): Analysis {
  const words = argv.map((text, at): Argument => ({ text, fetched: false, at }));
  const analyst = new Analyst();
  const length = argv.reduce((sum, text) => sum + text.length, 0);
  if (length > MAX_CHARACTERS) {
    const problem = { at: 0, text: 'has more text than is judged' };
    return { ...analyst.result(words.slice(0, 1)), problem };
  }
  if (words.length === 0) return analyst.result(words);
  const variables = new Map(env.slice(0, MAX_VARIABLES).map(({ name, value }) => [name, value ?? null]));
  const scope = new Scope({ directory: pathSegments(cwd, { directory: [], most: 64 }), positional: [], variables });
  const place = { at: 0, scope, feed: NO_FEED, inScript: false, depth: 0, inLoop: false };
  analyst.start(words, { place, feed: NO_FEED, redirections: [], assigned: [] });
  return analyst.result(words);
}
