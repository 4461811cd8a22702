// One command of which is found out what else it runs, and what can be done with that.

import { type Field, isKnown } from './field.ts';
import type { Argument, Feed, FoundCommand, FoundRedirection } from './found-command.ts';
import { outputOf } from './input.ts';
import { launched } from './launchers.ts';
import type { Place } from './place.ts';

export interface Call {
  readonly place: Place;
  /** What it reads. */
  readonly feed: Feed;
  readonly redirections: readonly FoundRedirection[];
  /** Names of variables that are set for it. */
  readonly assigned: readonly string[];
}

export interface Starter {
  record(found: FoundCommand): void;
  /** Finds the commands of a text; gives what they write. */
  script(text: Field, place: Place): Feed;
  /** Finds a command that another one starts; gives what it writes. */
  start(words: readonly Argument[], call: Call): Feed;
  /** Runs the function of that name; false when the script has none. */
  callFunction(name: string, words: readonly Argument[], call: Call): boolean;
}

export interface Started {
  /** The program and its arguments. */
  readonly words: readonly Argument[];
  /** As it is recorded when nothing else is known of it. */
  readonly found: FoundCommand;
  readonly call: Call;
  readonly starter: Starter;
}

/** Records a command and finds what it starts; gives what it writes. */
export type Program = (started: Started) => Feed;

export const textsOf = (words: readonly Argument[]): readonly string[] => words.map(({ text }) => text);

/** For a command inside of another: the input is handed down, what was written around the outer one is not. */
export const innerCall = (call: Call): Call => ({ ...call, redirections: [], assigned: [] });

/** For a script that a command runs. */
export const innerPlace = (call: Call): Place => ({ ...call.place, feed: call.feed, inScript: true });

export const hiddenIn = (script: Field): string | null => (isKnown(script) ? null : 'a part of the script');

/** As the table of launchers says; a program that is not in it is recorded alone. */
export const launch: Program = ({ words, found, call, starter }) => {
  const behind = launched(found.name.text, textsOf(words));
  const assigned = [...found.assigned, ...(behind?.assigned ?? [])];
  if (behind === null || behind.from >= words.length) {
    starter.record({ ...found, assigned });
    return outputOf(found.name.text, found.args, call.feed);
  }
  starter.record({ ...found, args: words.slice(1, behind.from), assigned });
  return starter.start(words.slice(behind.from), innerCall(call));
};
