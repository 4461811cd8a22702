// Programs that run commands out of their own arguments: by an option, or in the language that they take (requirements.md S1.CMD.04).

import { runsLater } from './field.ts';

const AWK = /\bsystem\s*\(|\|\s*(?:&\s*)?(?:getline|")|"\s*\|/;
/** "e" as a command or as a flag of "s". */
const SED = /(?:^|[;{}\s0-9$/!])e(?:\s|;|$)|s([^\w\s])(?:(?!\1)[^\\]|\\[^])*\1(?:(?!\1)[^\\]|\\[^])*\1[gpiImM0-9]*e/;

const INSIDE: ReadonlyMap<string, RegExp> = new Map([
  ...['awk', 'gawk', 'mawk', 'nawk'].map((name): [string, RegExp] => [name, AWK]),
  ['sed', SED],
  [
    'tar',
    /^--(?:to-command|use-compress-program|info-script|new-volume-script|rsh-command|checkpoint-action)|^-[A-Za-z]*[IF]/,
  ],
  ['git', /^(?:-c|--config-env|--exec-path|--upload-pack|--receive-pack|--exec)(?:=|$)|^!/],
  ['rsync', /^(?:-[A-Za-z]*e|--rsh|--rsync-path)(?:=|$)/],
  ['sort', /^--compress-pr/],
  ['rg', /^--pre(?:=|$)/],
  ['man', /^(?:-[A-Za-z]*[PH]|--pager|--html)/],
  ['split', /^--filter/],
  ['zip', /^-[A-Za-z]*T/],
  ['ssh', /^-o|^-[A-Za-z]*S/],
  ...['vi', 'vim', 'ex', 'view', 'nvim'].map((name): [string, RegExp] => [name, /^(?:[-+]|:)/]),
]);

/** Builtins of bash that evaluate the index in "a[...]". */
const CALCULATING: ReadonlySet<string> = new Set(
  'test [ unset declare typeset local readonly export let printf read wait'.split(' '),
);

/** Their code is looked at as far as here; more of it counts as a start. */
const MAX_CODE = 8192;

export function startsInside(program: string, args: readonly string[]): boolean {
  if (CALCULATING.has(program) && args.some(runsLater)) return true;
  const pattern = INSIDE.get(program);
  if (pattern === undefined) return false;
  return args.some((arg) => arg.length > MAX_CODE || pattern.test(arg));
}
