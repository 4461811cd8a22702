// How much work one command line may make. What is left over is a problem of the analysis, never a silent yes.

import type { Analysis } from './found-command.ts';

export const MAX_COMMANDS = 800;
const MAX_DEPTH = 24;
/** Scripts, and arguments after expansion, in all. */
const MAX_CHARACTERS = 400_000;
/** What an argument costs, measured in characters. */
const CHARACTERS_OF_AN_ARGUMENT = 40;

export class Budget {
  /** The first one. */
  problem: Analysis['problem'] = null;
  #characters = 0;

  fail(at: number, text: string): void {
    this.problem ??= { at, text };
  }

  spend(characters: number, at: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) this.fail(at, 'has more text than is judged');
  }

  spendOn(words: readonly { readonly text: string }[], at: number): void {
    this.spend(
      words.reduce((sum, { text }) => sum + text.length + CHARACTERS_OF_AN_ARGUMENT, 0),
      at,
    );
  }

  /** `depth`: commands and scripts around the one that is looked at now. */
  enter(at: number, depth: number): void {
    if (depth >= MAX_DEPTH) this.fail(at, 'is nested deeper than is judged');
  }
}
