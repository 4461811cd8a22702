// Programs that start others in ways of their own: from a script in an argument, for each file, for each word of their input.

import { UNKNOWN } from './field.ts';
import { type Argument, type Feed, NO_FEED } from './found-command.ts';
import { commandsOfFind, launched, startOfFind } from './launchers.ts';
import { hiddenIn, innerCall, innerPlace, launch, type Program, textsOf } from './started.ts';

/** The arguments behind the options are a script, joined by spaces. */
const joined: Program = ({ words, found, call, starter }) => {
  const args = words.slice(launched(found.name.text, textsOf(words))?.from ?? 1);
  const script = { text: textsOf(args).join(' '), fetched: args.some(({ fetched }) => fetched) };
  starter.record({ ...found, args: [], isFrame: true, runsFetched: script.fetched, hidden: hiddenIn(script) });
  return starter.script(script, innerPlace(call));
};

/** A script stands behind "-c"; without one it is a launcher or starts nothing. */
const withScriptOption: Program = (started) => {
  const { words, found, call, starter } = started;
  const at = words.findIndex(({ text }, index) => index > 0 && /^(?:-[A-Za-z]*c|--command(?:=[^]*)?)$/.test(text));
  const option = words[at];
  if (at < 1 || option === undefined) return launch(started);
  const attached = option.text.startsWith('--command=');
  const script = attached ? { ...option, text: option.text.slice('--command='.length) } : words[at + 1];
  if (script === undefined) return launch(started);
  const args = found.args.filter((word) => word !== script && word !== option);
  starter.record({ ...found, args, runsFetched: script.fetched, hidden: hiddenIn(script) });
  return starter.script(script, innerPlace(call));
};

const find: Program = ({ words, found, call, starter }) => {
  const commands = commandsOfFind(words);
  const start = startOfFind(words)?.text ?? UNKNOWN;
  const inner = new Set(commands.flat());
  starter.record({ ...found, args: found.args.filter((arg) => !inner.has(arg)) });
  for (const command of commands) {
    const filled = command.map((word) => ({ ...word, text: word.text.replaceAll('{}', start) }));
    if (filled.length > 0) starter.start(filled, innerCall(call));
  }
  return NO_FEED;
};

/** "env -S 'program argument'" splits the text itself. */
const env: Program = (started) => {
  const { words, found, call, starter } = started;
  const at = words.findIndex(({ text }) => /^(?:-[A-Za-z]*S|--split-string(?:=|$))/.test(text));
  const option = words[at];
  if (option === undefined || at < 1 || at >= (launched('env', textsOf(words))?.from ?? 0)) return launch(started);
  const text = option.text.replace(/^(?:-[A-Za-z]*?S|--split-string=?)/, '');
  const script = text === '' ? words[at + 1] : { ...option, text };
  starter.record({ ...found, args: words.slice(1, at) });
  return script === undefined ? NO_FEED : starter.script(script, innerPlace(call));
};

/** It runs its arguments with words of its input behind them. */
const onInput: Program = ({ words, found, call, starter }) => {
  const from = launched(found.name.text, textsOf(words))?.from ?? words.length;
  starter.record({ ...found, args: words.slice(1, from) });
  if (from >= words.length) return NO_FEED;
  const inner = [...words.slice(from), ...wordsOf(call.feed, found.at)];
  return starter.start(inner, { ...innerCall(call), feed: { ...call.feed, text: null } });
};

function wordsOf(feed: Feed, at: number): readonly Argument[] {
  const words = (feed.text ?? UNKNOWN).split(/\s+/).filter((word) => word !== '');
  return words.slice(0, 64).map((text) => ({ text, fetched: feed.fetched, at }));
}

/** busybox and toybox are whatever their first argument names. */
const applets: Program = ({ words, found, call, starter }) => {
  if (words.length < 2 || words[1]?.text.startsWith('-') === true) {
    starter.record(found);
    return NO_FEED;
  }
  starter.record({ ...found, args: [], isFrame: true });
  return starter.start(words.slice(1), call);
};

export const SPECIAL_PROGRAMS: ReadonlyMap<string, Program> = new Map([
  ['eval', joined],
  ['watch', joined],
  ['su', withScriptOption],
  ['runuser', withScriptOption],
  ['flock', withScriptOption],
  ['script', withScriptOption],
  ['find', find],
  ['env', env],
  ['xargs', onInput],
  ['parallel', onInput],
  ['busybox', applets],
  ['toybox', applets],
]);
