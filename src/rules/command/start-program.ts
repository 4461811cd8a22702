// Finds a command and all that it runs: shells and interpreters here, launchers by their table, the rest where its kind is.

import { BUILTINS } from './builtins.ts';
import { baseName, type Field, plainField, runsLater, STAR, UNKNOWN } from './field.ts';
import { type Argument, type Feed, type FoundCommand, NO_FEED } from './found-command.ts';
import { INTERPRETERS, SHELLS } from './program-names.ts';
import { shellCall } from './shell-call.ts';
import { SPECIAL_PROGRAMS } from './special-programs.ts';
import { type Call, hiddenIn, innerPlace, launch, type Program, type Starter, textsOf } from './started.ts';

/** `words` are not empty. */
export function startProgram(words: readonly Argument[], call: Call, starter: Starter): Feed {
  const found = recordOf(words, call);
  const name = found.name.text;
  if (call.place.inScript && starter.callFunction(found.program.text, words, call)) {
    starter.record({ ...found, isFrame: true });
    return call.feed;
  }
  const builtin = call.place.inScript ? BUILTINS.get(found.program.text) : undefined;
  const program = builtin ?? SPECIAL_PROGRAMS.get(name) ?? ordinaryProgram(name);
  return program({ words, found, call, starter });
}

function ordinaryProgram(name: string): Program {
  if (SHELLS.has(name)) return startShell;
  return INTERPRETERS.test(name) ? startInterpreter : launch;
}

function recordOf(words: readonly Argument[], { place, redirections, assigned }: Call): FoundCommand {
  const [program = { ...plainField(''), at: place.at }, ...args] = words;
  return {
    at: program.at,
    program,
    name: { ...program, text: baseName(program.text) },
    args,
    allArgs: args,
    directory: place.scope.directory,
    redirections,
    assigned,
    inScript: place.inScript,
    isFrame: false,
    runsFetched: program.fetched,
    hidden: isHidden(program) ? 'the program' : null,
  };
}

const isHidden = ({ text }: Field): boolean => text.includes(UNKNOWN) || text.startsWith(STAR);

const startShell: Program = ({ words, found, call, starter }) => {
  const { script, file, positional, rest } = shellCall(words);
  const texts = textsOf(positional);
  const scope = call.place.scope.copy(texts.length === 0 ? [found.name.text] : texts);
  if (script !== null) {
    const hidden = hiddenIn(script) ?? (texts.some(runsLater) ? 'a command in an argument' : null);
    starter.record({ ...found, args: rest, isFrame: true, runsFetched: script.fetched, hidden });
    return starter.script(script, { ...innerPlace(call), scope, at: script.at });
  }
  const { text, fetched } = call.feed;
  if (file !== null || text === null) {
    starter.record({ ...found, runsFetched: file === null ? fetched : file.fetched });
    return { text: null, fetched };
  }
  const input = { text, fetched };
  starter.record({ ...found, isFrame: true, runsFetched: fetched, hidden: hiddenIn(input) });
  return starter.script(input, { ...innerPlace(call), scope, feed: NO_FEED });
};

/** It runs its input when nothing else is given to run. */
const startInterpreter: Program = ({ found, call, starter }) => {
  const [first] = found.args;
  const readsInput = first === undefined || first.text === '-' || first.text === '/dev/stdin';
  const runsFetched = readsInput ? call.feed.fetched : found.args.some(({ fetched }) => fetched);
  starter.record({ ...found, runsFetched });
  return { text: null, fetched: call.feed.fetched };
};
