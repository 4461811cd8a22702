// Words of a script to arguments: known variables replaced and split, globs and braces kept as possibilities, the rest unknown.

import { type Field, ONE, STAR, UNKNOWN } from './field.ts';
import type { Scope } from './scope.ts';
import type { ShellNode, Word, WordPart } from './shell/syntax.ts';

/** Judges the commands of a substitution; says whether they fetch from a network. */
export type OnCommands = (body: readonly ShellNode[]) => boolean;

const MAX_ALTERNATIVES = 32;
const MAX_FIELD_LENGTH = 131_072;

/** None, one, or several arguments, as field splitting and braces make them. */
export function expandWord(word: Word, scope: Scope, onCommands: OnCommands): readonly Field[] {
  return new Expansion(scope, onCommands).fields(word);
}

/** As expandWord where the shell does not split: assignments, here-documents. */
export function expandText(word: Word, scope: Scope, onCommands: OnCommands): Field {
  const fields = new Expansion(scope, onCommands).fields(word);
  return { text: fields.map(({ text }) => text).join(' '), fetched: fields.some(({ fetched }) => fetched) };
}

class Expansion {
  readonly #scope: Scope;
  readonly #onCommands: OnCommands;
  #done: Field[] = [];
  /** Of the argument that is being put together; null while there is none. */
  #texts: readonly string[] | null = null;
  #fetched = false;

  constructor(scope: Scope, onCommands: OnCommands) {
    this.#scope = scope;
    this.#onCommands = onCommands;
  }

  fields(word: Word): readonly Field[] {
    for (const part of word) this.#add(part);
    this.#next();
    return this.#done;
  }

  #add(part: WordPart): void {
    switch (part.kind) {
      case 'text':
        this.#append(part.quoted ? [part.text] : braceAlternatives(part.text).map(withGlobs));
        return;
      case 'variable':
        this.#addVariable(part);
        return;
      case 'command':
        this.#fetched = this.#onCommands(part.body) || this.#fetched;
        this.#append([UNKNOWN]);
        return;
      case 'unknown':
        this.#judge(part.inner);
        this.#append([UNKNOWN]);
        return;
    }
  }

  #addVariable({ name, quoted, rest, defaults }: WordPart & { readonly kind: 'variable' }): void {
    const fallback = rest.length === 0 ? null : this.#judge(rest);
    const { positional } = this.#scope;
    if (name === '@' || name === '*') {
      this.#addAll(positional.slice(1));
      return;
    }
    const value = /^[0-9]+$/.test(name) ? positional[Number(name)] : this.#scope.variable(name);
    const known = value === undefined && defaults ? fallback : value;
    if (known === undefined || known === null) this.#append([UNKNOWN]);
    else if (quoted) this.#append([known]);
    else this.#split(known);
  }

  #addAll(values: readonly string[]): void {
    if (values.length === 0 || values.length > MAX_ALTERNATIVES) this.#append([UNKNOWN]);
    else
      for (const [index, value] of values.entries()) {
        if (index > 0) this.#next();
        this.#append([value]);
      }
  }

  /** Unquoted values fall into words; their globs act. */
  #split(value: string): void {
    for (const [index, piece] of value.split(/[ \t\n]+/).entries()) {
      if (index > 0) this.#next();
      if (piece !== '') this.#append([withGlobs(piece)]);
    }
  }

  /** The text of something inside braces, whose substitutions are judged. */
  #judge(inner: Word): string {
    const { text, fetched } = expandText(inner, this.#scope, this.#onCommands);
    this.#fetched ||= fetched;
    return text;
  }

  #append(alternatives: readonly string[]): void {
    const before = this.#texts ?? [''];
    const many = before.length * alternatives.length > MAX_ALTERNATIVES;
    const tails = many ? [UNKNOWN] : alternatives;
    this.#texts = before.flatMap((head) => tails.map((tail) => bounded(head + tail)));
  }

  #next(): void {
    if (this.#texts !== null) this.#done.push(...this.#texts.map((text) => ({ text, fetched: this.#fetched })));
    this.#texts = null;
  }
}

const bounded = (text: string): string => (text.length > MAX_FIELD_LENGTH ? UNKNOWN : text);

function withGlobs(text: string): string {
  if (!/[*?[]/.test(text)) return text;
  const marked = text.replaceAll('*', STAR).replaceAll('?', ONE);
  return marked.includes(']') ? marked.replace(/\[[^\][]+\]/g, ONE) : marked;
}

/** "a{b,c}d" as "abd" and "acd"; braces without a comma stay as they are. Ends after five rounds, since each doubles at least. */
function braceAlternatives(text: string): readonly string[] {
  let heads: readonly string[] = [''];
  for (let rest = text; ; ) {
    const close = rest.indexOf('}');
    const open = close < 0 ? -1 : rest.lastIndexOf('{', close);
    const choices = open < 0 ? [] : rest.slice(open + 1, close).split(',');
    if (choices.length < 2) return heads.map((head) => head + rest);
    if (heads.length * choices.length > MAX_ALTERNATIVES) return [UNKNOWN];
    heads = heads.flatMap((head) => choices.map((choice) => `${head}${rest.slice(0, open)}${choice}`));
    rest = rest.slice(close + 1);
  }
}
