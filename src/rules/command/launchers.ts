// Programs that start another program from their arguments: where its name stands (requirements.md S1.CMD.04). Options that a table
// does not know count as options without a value.

interface Launcher {
  /** Options whose value is the next word. */
  readonly values: ReadonlySet<string>;
  /** Words before the program that are no options. */
  readonly operands: number;
  /** NAME=value words stand before the program. */
  readonly assigns: boolean;
}

const launcher = (values = '', operands = 0, assigns = false): Launcher => ({
  values: new Set(values.split(' ').filter((option) => option !== '')),
  operands,
  assigns,
});

const LAUNCHERS: ReadonlyMap<string, Launcher> = new Map([
  ['env', launcher('-u --unset -C --chdir -a --argv0', 0, true)],
  ['timeout', launcher('-k --kill-after -s --signal', 1)],
  ['nice', launcher('-n --adjustment')],
  ['ionice', launcher('-c --class -n --classdata')],
  ['chrt', launcher('-T -P -D', 1)],
  ['taskset', launcher('', 1)],
  ['nohup', launcher()],
  ['setsid', launcher()],
  ['stdbuf', launcher('-i --input -o --output -e --error')],
  ['unbuffer', launcher()],
  ['time', launcher('-f --format -o --output')],
  ['sudo', launcher('-u --user -g --group -h --host -p --prompt -C -D --chdir -R --chroot -T -r -t -U', 0, true)],
  ['doas', launcher('-u -C')],
  ['chroot', launcher('', 1)],
  ['unshare', launcher('-S --setuid -G --setgid -R --root -w --wd')],
  ['nsenter', launcher('-t --target -S --setuid -G --setgid')],
  ['setpriv', launcher('--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig')],
  ['capsh', launcher()],
  ['prlimit', launcher('-o --output')],
  ['strace', launcher('-a -b -e -E -I -o -O -p -P -s -S -u -X')],
  ['ltrace', launcher('-a -e -l -n -o -p -s -u -x')],
  ['flock', launcher('-w --wait --timeout -E --conflict-exit-code', 1)],
  ['xargs', launcher('-a --arg-file -d --delimiter -E -I -L -n --max-args -P --max-procs -s --max-chars --replace')],
  ['parallel', launcher('-j --jobs -a --arg-file -n -N -I -S --sshlogin --joblog --results --colsep --timeout')],
  ['exec', launcher('-a')],
  ['command', launcher()],
  ['builtin', launcher()],
  ['coproc', launcher()],
  ['tini', launcher('-p -e')],
  ['dumb-init', launcher('-r --rewrite')],
  ['gosu', launcher('', 1)],
  ['su-exec', launcher('', 1)],
  ['fakeroot', launcher('-l --lib -s -i -b')],
  ['eatmydata', launcher()],
  ['start-stop-daemon', launcher('-n --name -p --pidfile -u --user -c --chuid -d --chdir -r --chroot')],
  ['eval', launcher()],
  ['watch', launcher('-n --interval')],
]);

export interface Launched {
  /** Index of the word that is the program; the number of words when there is none. */
  readonly from: number;
  /** Names that NAME=value words set. */
  readonly assigned: readonly string[];
}

/** null for a program that starts no other. `words` begin with the launcher itself. */
export function launched(name: string, words: readonly string[]): Launched | null {
  const table = LAUNCHERS.get(name);
  if (table === undefined) return null;
  const assigned: string[] = [];
  let index = skipOptions(words, 1, table);
  for (; table.assigns && index < words.length; index += 1) {
    const variable = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(words[index] ?? '')?.[1];
    if (variable === undefined) break;
    assigned.push(variable);
  }
  return { from: Math.min(index + table.operands, words.length), assigned };
}

function skipOptions(words: readonly string[], start: number, table: Launcher): number {
  for (let index = start; ; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return index + 1;
    if (!word.startsWith('-') || word === '-') return index;
    if (takesNext(word, table)) index += 1;
  }
}

/** Of letters that stand together the first one with a value takes what follows: in the same word, or the next one. */
function takesNext(option: string, { values }: Launcher): boolean {
  if (option.startsWith('--')) return values.has(option);
  const letters = Array.from(option.slice(1, 33));
  const first = letters.findIndex((letter) => values.has(`-${letter}`));
  return first >= 0 && first === option.length - 2;
}

/** Commands of `find`: the words of each, without the ";" or "+" that ends it. */
export function commandsOfFind<Word extends { readonly text: string }>(
  words: readonly Word[],
): readonly (readonly Word[])[] {
  const found: (readonly Word[])[] = [];
  for (let index = 1; index < words.length; index += 1) {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(words[index]?.text ?? '')) continue;
    const start = index + 1;
    while (index < words.length && !/^[;+]$/.test(words[index]?.text ?? '')) index += 1;
    found.push(words.slice(start, index));
  }
  return found;
}

/** Where `find` begins to look, when that is one place; null otherwise. */
export function startOfFind<Word extends { readonly text: string }>(words: readonly Word[]): Word | null {
  const rest = words.slice(1);
  const end = rest.findIndex(({ text }) => /^[-(!]/.test(text) && !/^-[HLP]$/.test(text));
  const starts = (end < 0 ? rest : rest.slice(0, end)).filter(({ text }) => !/^-[HLP]$/.test(text));
  return starts.length === 1 ? (starts[0] ?? null) : null;
}
