// The smallest commands of a script: assignments, words, redirections, and the blanks between them.

import type { Cursor } from './cursor.ts';
import type { HereDocuments } from './here-documents.ts';
import type { Assignment, Redirection, ShellNode, Word } from './syntax.ts';
import { type CommandParser, parseWord } from './word-parser.ts';

/** As shells have it: a carriage return is a letter like any other. */
const BLANKS = /(?:[ \t]|\\\n)+/y;
const COMMENT = /#[^\n]*/y;
const REDIRECTION = /(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(?:<<<|<<-|<<|<>|<&|>>|>&|>\||<(?!\()|>(?!\()|&>>|&>)/y;
const ASSIGNMENT = /[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\s$`]*\])?\+?=/y;

export class SimpleParser {
  readonly #cursor: Cursor;
  readonly #commands: CommandParser;
  readonly #hereDocuments: HereDocuments;

  constructor(cursor: Cursor, commands: CommandParser, hereDocuments: HereDocuments) {
    this.#cursor = cursor;
    this.#commands = commands;
    this.#hereDocuments = hereDocuments;
  }

  /** null when nothing of a command is here. */
  simple(): ShellNode | null {
    const words: Word[] = [];
    const assignments: Assignment[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.blanks();
      const redirection = this.#redirection();
      const assignment = redirection === null && words.length === 0 ? this.#assignment() : null;
      const word = redirection === null && assignment === null ? this.word() : null;
      if (redirection !== null) redirections.push(redirection);
      else if (assignment !== null) assignments.push(assignment);
      else if (word !== null) words.push(word);
      else break;
    }
    if (words.length + assignments.length + redirections.length === 0) return null;
    return { kind: 'simple', assignments, words, redirections };
  }

  redirections(): readonly Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.blanks();
      const redirection = this.#redirection();
      if (redirection === null) return found;
      found.push(redirection);
    }
  }

  words(): readonly Word[] {
    const words: Word[] = [];
    for (;;) {
      this.blanks();
      const word = this.word();
      if (word === null) return words;
      words.push(word);
    }
  }

  word(): Word | null {
    return parseWord(this.#cursor, this.#commands);
  }

  /** Blanks, continued lines and a comment. */
  blanks(): void {
    this.#cursor.match(BLANKS);
    this.#cursor.match(COMMENT);
  }

  /** The same over lines; here-documents begin behind the end of a line. */
  lines(): void {
    for (;;) {
      this.blanks();
      if (!this.#cursor.take('\n')) return;
      this.#hereDocuments.read();
    }
  }

  #assignment(): Assignment | null {
    const head = this.#cursor.match(ASSIGNMENT);
    if (head === '') return null;
    this.#cursor.count();
    const name = head.replace(/[^A-Za-z0-9_][^]*$/, '');
    if (!this.#cursor.take('(')) return { name, value: this.word() ?? [] };
    const inner = this.#listOfValues();
    if (!this.#cursor.take(')')) this.#cursor.fail('an open list of values');
    return { name, value: [{ kind: 'unknown', inner }] };
  }

  #listOfValues(): Word {
    const values: Word[] = [];
    for (;;) {
      this.lines();
      const value = this.word();
      if (value === null) return values.flat();
      values.push(value);
    }
  }

  #redirection(): Redirection | null {
    const head = this.#cursor.match(REDIRECTION);
    if (head === '') return null;
    this.#cursor.count();
    const operator = head.replace(/^(?:[0-9]+|\{[^}]*\})/, '');
    this.blanks();
    if (operator.startsWith('<<') && operator !== '<<<') {
      return { operator: '<<', target: this.#hereDocuments.expect(operator === '<<-') };
    }
    const target = this.word();
    if (target === null) this.#cursor.fail('a redirection without a file');
    return { operator, target: target ?? [] };
  }
}
