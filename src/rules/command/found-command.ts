// What analysing a command line finds: every command that it would run, as far as that is known before it runs. Says nothing about
// what is allowed; the rules do (command-rules.ts).

import type { Field } from './field.ts';

/** One argument, and the word of the given command line in which it stands. */
export interface Argument extends Field {
  readonly at: number;
}

/** What a command reads from its input. */
export interface Feed {
  /** With marks; null when nothing of it is known. */
  readonly text: string | null;
  readonly fetched: boolean;
}

export const NO_FEED: Feed = { text: null, fetched: false };

export interface FoundRedirection {
  readonly operator: string;
  /** The file. */
  readonly target: Argument;
}

export interface FoundCommand {
  readonly at: number;
  /** As written; "" for a line that only redirects or assigns. */
  readonly program: Field;
  /** The same without directories. */
  readonly name: Field;
  /** Without scripts and inner commands, which are found as commands of their own. */
  readonly args: readonly Argument[];
  /** With them. */
  readonly allArgs: readonly Argument[];
  /** null when it is not known. */
  readonly directory: readonly string[] | null;
  readonly redirections: readonly FoundRedirection[];
  /** Names of variables that are set for it. */
  readonly assigned: readonly string[];
  /** It stands in the script of a shell. */
  readonly inScript: boolean;
  /** All that it does is running commands that were found as well: a shell with a script, a call of a function of the script. */
  readonly isFrame: boolean;
  /** What it runs comes from a network. */
  readonly runsFetched: boolean;
  /** What it runs is not known before, as the end of a sentence; null when it is. */
  readonly hidden: string | null;
}

/** A line that runs no program. */
export const nothingAt = (at: number): FoundCommand => ({
  ...{ at, program: { text: '', fetched: false }, name: { text: '', fetched: false }, args: [], allArgs: [] },
  ...{ directory: null, redirections: [], assigned: [] },
  ...{ inScript: true, isFrame: true, runsFetched: false, hidden: null },
});

/** Commands that are connected by "|", stage by stage. */
export interface FoundPipeline {
  readonly at: number;
  readonly stages: readonly (readonly FoundCommand[])[];
}

export interface Analysis {
  readonly words: readonly Argument[];
  readonly commands: readonly FoundCommand[];
  readonly pipelines: readonly FoundPipeline[];
  /** Words with a function that starts itself twice and more. */
  readonly forkBombs: readonly number[];
  /** Why the command line could not be analysed to its end; null when it could. */
  readonly problem: { readonly at: number; readonly text: string } | null;
}
