// Here-documents of a script: announced in a command, read behind the end of its line.

import type { Cursor } from './cursor.ts';
import type { Word, WordPart } from './syntax.ts';

interface Expected {
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
  readonly content: WordPart[];
}

export class HereDocuments {
  readonly #cursor: Cursor;
  readonly #parseText: (text: string) => Word;
  #expected: Expected[] = [];

  constructor(cursor: Cursor, parseText: (text: string) => Word) {
    this.#cursor = cursor;
    this.#parseText = parseText;
  }

  /** Behind "<<" and blanks: the content, which is filled in when the end of the line is read. */
  expect(stripTabs: boolean): Word {
    const raw = this.#cursor.match(/[^ \t\n;&|<>()]+/y);
    if (raw === '') this.#cursor.fail('a here-document without a delimiter');
    const content: WordPart[] = [];
    const delimiter = raw.replace(/['"\\]/g, '');
    this.#expected.push({ delimiter, quoted: delimiter !== raw, stripTabs, content });
    return content;
  }

  /** At the beginning of a line. */
  read(): void {
    const expected = this.#expected;
    this.#expected = [];
    for (const one of expected) {
      const text = this.#body(one);
      one.content.push(...(one.quoted ? [{ kind: 'text' as const, text, quoted: true }] : this.#parseText(text)));
    }
  }

  /** At the end of the script: a document that was announced and never came. */
  finish(): void {
    if (this.#expected.length > 0) this.#cursor.fail('an open here-document');
  }

  #body({ delimiter, stripTabs }: Expected): string {
    const { text, at } = this.#cursor;
    const lines: string[] = [];
    for (let start = at; start < text.length; ) {
      const found = text.indexOf('\n', start);
      const end = found < 0 ? text.length : found;
      const line = stripTabs ? text.slice(start, end).replace(/^\t+/, '') : text.slice(start, end);
      if (line === delimiter) {
        this.#cursor.at = end; // the line feed belongs to the list of commands
        return lines.join('');
      }
      lines.push(`${line}\n`);
      start = end + 1;
    }
    this.#cursor.fail('an open here-document');
    return '';
  }
}
