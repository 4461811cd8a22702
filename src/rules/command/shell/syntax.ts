// What the parser makes of a shell script: as much of its structure as a judgement needs, and nothing of its meaning.

export type WordPart =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable';
      /** "HOME", "1", "@", ... */
      readonly name: string;
      readonly quoted: boolean;
      /** What stands behind the name in braces; its substitutions run. Empty for none. */
      readonly rest: Word;
      /** `rest` is the value where the variable has none. */
      readonly defaults: boolean;
    }
  /** `$( )`, backticks, and the process substitutions `<( )` and `>( )`. */
  | { readonly kind: 'command'; readonly body: readonly ShellNode[]; readonly quoted: boolean }
  /** Something that nobody knows before it runs: arithmetic, extended globs. Substitutions in it run. */
  | { readonly kind: 'unknown'; readonly inner: Word };

export type Word = readonly WordPart[];

export interface Redirection {
  /** ">", ">>", "<", "<<", "<<<", "<>", ">|", ">&", "<&", "&>", "&>>". */
  readonly operator: string;
  /** The file, or the content of a here-document. */
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export type ShellNode =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirections: readonly Redirection[];
    }
  /** One stage or more; `background` when "&" ends it. */
  | { readonly kind: 'pipeline'; readonly stages: readonly ShellNode[]; readonly background: boolean }
  /** Brackets, braces, loops and conditions: what they run, in the order in which it is written. */
  | {
      readonly kind: 'group';
      readonly subshell: boolean;
      readonly body: readonly ShellNode[];
      /** Words of the construct itself: what a loop goes through, what a case looks at. */
      readonly words: readonly Word[];
      /** The variable of a loop. */
      readonly variable: string | null;
      readonly redirections: readonly Redirection[];
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: ShellNode };

export const NO_WORD: Word = [];
