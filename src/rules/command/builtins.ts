// Commands that a shell carries out itself: what they change for the commands behind them, and what they run.

import { isKnown, UNKNOWN } from './field.ts';
import { NO_FEED } from './found-command.ts';
import { pathSegments } from './paths.ts';
import { innerPlace, type Program, textsOf } from './started.ts';

const MAX_SEGMENTS = 64;

const changeDirectory: Program = ({ found, call, starter }) => {
  starter.record(found);
  const { scope } = call.place;
  const target = found.args.find(({ text }) => !/^-[A-Za-z@]+$|^--$/.test(text));
  const known = target !== undefined && target.text !== '-' && isKnown(target);
  scope.directory = known ? pathSegments(target.text, { directory: scope.directory, most: MAX_SEGMENTS }) : null;
  return NO_FEED;
};

const forget: Program = ({ found, call, starter }) => {
  starter.record(found);
  call.place.scope.directory = null;
  return NO_FEED;
};

/** "export A=b". */
const assign: Program = ({ found, call, starter }) => {
  const assigned: string[] = [];
  for (const { text } of found.args) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) continue;
    assigned.push(name);
    call.place.scope.assign(name, value.includes(UNKNOWN) ? null : value);
  }
  starter.record({ ...found, assigned: [...found.assigned, ...assigned] });
  return NO_FEED;
};

/** "read A": whatever its input is. */
const read: Program = ({ found, call, starter }) => {
  const names = textsOf(found.args).filter((text) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text));
  for (const name of names) call.place.scope.assign(name, null);
  starter.record({ ...found, assigned: [...found.assigned, ...names] });
  return NO_FEED;
};

const trap: Program = ({ found, call, starter }) => {
  starter.record(found);
  const [action] = found.args;
  if (action !== undefined && !/^-[lp]?$|^$/.test(action.text)) starter.script(action, innerPlace(call));
  return NO_FEED;
};

const alias: Program = ({ found, call, starter }) => {
  starter.record(found);
  for (const arg of found.args) {
    const value = /^[^=]+=([^]*)$/.exec(arg.text)?.[1];
    if (value !== undefined) starter.script({ ...arg, text: value }, innerPlace(call));
  }
  return NO_FEED;
};

const source: Program = ({ found, starter }) => {
  starter.record({ ...found, runsFetched: found.args[0]?.fetched ?? false });
  return NO_FEED;
};

const setPositional: Program = ({ words, found, call, starter }) => {
  starter.record(found);
  const end = words.findIndex(({ text }) => text === '--');
  const { scope } = call.place;
  if (end > 0) scope.positional = [scope.positional[0] ?? '', ...textsOf(words.slice(end + 1))];
  return NO_FEED;
};

/** Which argument "$1" is nobody knows any more. */
const shift: Program = ({ found, call, starter }) => {
  starter.record(found);
  const { scope } = call.place;
  scope.positional = [
    scope.positional[0] ?? '',
    ...scope.positional.slice(found.args.length > 0 ? scope.positional.length : 2),
  ];
  return NO_FEED;
};

export const BUILTINS: ReadonlyMap<string, Program> = new Map([
  ['cd', changeDirectory],
  ['pushd', changeDirectory],
  ['popd', forget],
  ['export', assign],
  ['readonly', assign],
  ['declare', assign],
  ['typeset', assign],
  ['local', assign],
  ['read', read],
  ['trap', trap],
  ['alias', alias],
  ['.', source],
  ['source', source],
  ['set', setPositional],
  ['shift', shift],
]);
