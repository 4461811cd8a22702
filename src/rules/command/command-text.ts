// How commands read for the patterns of a policy: the name of the program without its directory, and its arguments, joined by spaces.

import { type Field, shownField } from './field.ts';
import type { Analysis, FoundCommand } from './found-command.ts';
import { PRINTERS, SEARCHERS, TEXT_PROGRAMS } from './program-names.ts';

/** For the allow list: all of it. */
export const wholeText = ({ name, allArgs }: FoundCommand): string => [name, ...allArgs].map(shownField).join(' ');

/** For the deny list: without what is text for the program and runs nowhere (K-05), and without what was found as commands. */
export function judgedText(found: FoundCommand): string {
  const words = judgedArguments(found);
  return [found.name, ...words].map(shownField).join(' ');
}

/** A line of a pipeline, or of the whole command: "curl x | sh". */
export const pipelineText = (stages: readonly (readonly FoundCommand[])[]): string =>
  stages.map((stage) => stage.map(judgedText).join('; ')).join(' | ');

/** The beginning of a command line that could not be analysed, as the lines and parts that a shell might see. */
export function rawTexts({ words }: Analysis): readonly string[] {
  const whole = words
    .map(({ text }) => text)
    .join(' ')
    .slice(0, MAX_RAW);
  const parts = whole.split(/[\n;&|(){}"'`]+/, MAX_RAW_PARTS);
  return [whole, ...parts.map((part) => part.trim())];
}

/** Such a command is refused in any case; patterns only say what else is wrong with it. */
const MAX_RAW = 8192;
const MAX_RAW_PARTS = 256;

/** A name that a person would type; anything else could be data that a mistake put there. */
export const shownProgram = (name: { readonly text: string }): string =>
  /^[A-Za-z0-9[][\w.+-]{0,31}$/.test(name.text) ? JSON.stringify(name.text) : 'a program';

function judgedArguments({ name, args }: FoundCommand): readonly Field[] {
  if (PRINTERS.has(name.text)) return [];
  if (SEARCHERS.has(name.text)) return args.filter(({ text }) => text.startsWith('-'));
  return TEXT_PROGRAMS.has(name.text) ? args.filter(({ text }) => !/\s/.test(text)) : args;
}
