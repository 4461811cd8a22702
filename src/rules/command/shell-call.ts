// How a shell is called: which of its arguments is the script.

export interface ShellCall<Word> {
  /** The script of "-c"; null when it reads one from a file or its input. */
  readonly script: Word | null;
  /** The file of the script; null for none. */
  readonly file: Word | null;
  /** What the script knows as $0, $1, ... */
  readonly positional: readonly Word[];
  /** The arguments without the script. */
  readonly rest: readonly Word[];
}

const WITH_VALUE = /^(?:--rcfile|--init-file|[-+]O|[-+]o)$/;

/** `words` begin with the shell itself. */
export function shellCall<Word extends { readonly text: string }>(words: readonly Word[]): ShellCall<Word> {
  let takesScript = false;
  let fromInput = false;
  let index = 1;
  for (; index < words.length; index += 1) {
    const { text } = words[index] ?? { text: '' };
    if (text === '--' || text === '-') {
      index += 1;
      break;
    }
    if (!/^[-+]./.test(text)) break;
    if (WITH_VALUE.test(text)) index += 1;
    else if (/^-[A-Za-z]+$/.test(text)) {
      takesScript ||= text.includes('c');
      fromInput ||= text.includes('s');
      if (text.endsWith('o') || text.endsWith('O')) index += 1; // "-eo pipefail"
    } else if (text === '--command') takesScript = true;
  }
  const options = words.slice(1, index);
  const operands = words.slice(index);
  const [first = null] = operands;
  if (takesScript) return { script: first, file: null, positional: operands.slice(1), rest: options };
  if (fromInput) return { script: null, file: null, positional: operands, rest: words.slice(1) };
  return { script: null, file: first, positional: operands, rest: words.slice(1) };
}
