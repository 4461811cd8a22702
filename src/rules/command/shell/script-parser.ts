// Commands of a shell script: POSIX, and of bash what people write every day. What it does not understand it refuses.

import { err, ok, type Result } from '../../../lib/result.ts';
import { parseCondition } from './condition.ts';
import { Cursor } from './cursor.ts';
import { HereDocuments } from './here-documents.ts';
import { SimpleParser } from './simple-parser.ts';
import type { ShellNode, Word } from './syntax.ts';
import { type CommandParser, parseArithmetic, parseHereText } from './word-parser.ts';

/** The commands of a script, or what is wrong with it as the end of a sentence. Linear in the length of the text; never throws. */
export function parseShell(script: string): Result<readonly ShellNode[], string> {
  const cursor = new Cursor(script);
  const nodes = new ScriptParser(cursor, 0).whole();
  return cursor.problem === null ? ok(nodes) : err(cursor.problem);
}

const RESERVED =
  /(?:\[\[|if|then|elif|else|fi|while|until|for|select|do|done|case|esac|function|[{}!])(?=[ \t\n;&|<>()]|$)/y;
const FUNCTION_HEAD = /[^ \t\n;&|<>()\\'"`$=]+[ \t]*\([ \t]*\)/y;
const MAX_LEVEL = 8;
const PARTS_OF_A_PARSER = 10; // what one costs

class ScriptParser {
  readonly #cursor: Cursor;
  readonly #level: number;
  readonly #hereDocuments: HereDocuments;
  readonly #commands: CommandParser;
  readonly #parts: SimpleParser;

  constructor(cursor: Cursor, level: number) {
    this.#cursor = cursor;
    this.#level = level;
    this.#commands = {
      untilBracket: () => this.#cursor.nested(() => this.#until([')'])),
      other: (text) => this.#other(text, (parser) => parser.whole()),
    };
    this.#hereDocuments = new HereDocuments(this.#cursor, (text) => this.#other(text, (parser) => parser.hereText()));
    this.#parts = new SimpleParser(this.#cursor, this.#commands, this.#hereDocuments);
  }

  whole(): readonly ShellNode[] {
    const nodes = this.#list();
    this.#hereDocuments.finish();
    if (!this.#cursor.ended) this.#cursor.fail(`"${this.#cursor.char}" in a place where no command is`);
    return nodes;
  }

  hereText(): Word {
    return parseHereText(this.#cursor, this.#commands);
  }

  #other<T>(text: string, parse: (parser: ScriptParser) => readonly T[]): readonly T[] {
    if (this.#level >= MAX_LEVEL) {
      this.#cursor.fail('deeper nesting than is judged');
      return [];
    }
    this.#cursor.count(PARTS_OF_A_PARSER);
    const cursor = new Cursor(text, this.#cursor);
    const parsed = parse(new ScriptParser(cursor, this.#level + 1));
    if (cursor.problem !== null) this.#cursor.fail(cursor.problem);
    return parsed;
  }

  /** Commands up to one of the ends, and over it. */
  #until(ends: readonly string[]): readonly ShellNode[] {
    const nodes = this.#list();
    const found = ends.find((end) => (/^[a-z}]/.test(end) ? this.#reserved() === end : this.#cursor.startsWith(end)));
    if (found === undefined) this.#cursor.fail(`no ${ends.map((end) => `"${end}"`).join(' or ')}`);
    else this.#cursor.take(found);
    return nodes;
  }

  /** Commands up to the end, or something that cannot begin one. */
  #list(): readonly ShellNode[] {
    const nodes: ShellNode[] = [];
    for (;;) {
      this.#parts.lines();
      const stages = this.#stages();
      if (stages.length === 0) return nodes;
      this.#parts.blanks();
      const background = !this.#cursor.startsWith('&&') && this.#cursor.take('&');
      nodes.push({ kind: 'pipeline', stages, background });
      if (background || this.#cursor.take('&&') || this.#cursor.take('||')) continue;
      if (this.#cursor.startsWith(';;') || this.#cursor.startsWith(';&')) return nodes;
      if (!this.#cursor.take(';') && this.#cursor.char !== '\n') return nodes;
    }
  }

  #stages(): readonly ShellNode[] {
    const stages: ShellNode[] = [];
    for (;;) {
      this.#parts.blanks();
      if (this.#reserved() === '!') this.#cursor.take('!');
      this.#parts.blanks();
      const command = this.#cursor.nested(() => this.#command());
      if (command !== null) stages.push(command);
      else if (stages.length > 0) this.#cursor.fail('nothing behind "|"');
      this.#parts.blanks();
      if (command === null || this.#cursor.startsWith('||') || !this.#cursor.take('|')) return stages;
      this.#cursor.take('&');
      this.#parts.lines();
    }
  }

  #command(): ShellNode | null {
    this.#cursor.count();
    if (this.#cursor.take('((')) return this.#calculation();
    if (this.#cursor.take('(')) return this.#group({ subshell: true, body: this.#until([')']) });
    const reserved = this.#reserved();
    switch (reserved) {
      case '':
        return this.#function() ?? this.#parts.simple();
      case '{':
        this.#cursor.take(reserved);
        return this.#group({ body: this.#until(['}']) });
      case 'if':
        this.#cursor.take(reserved);
        return this.#if();
      case 'while':
      case 'until':
        this.#cursor.take(reserved);
        return this.#group({ body: [...this.#until(['do']), ...this.#until(['done'])] });
      case 'for':
      case 'select':
        this.#cursor.take(reserved);
        return this.#for();
      case 'case':
        this.#cursor.take(reserved);
        return this.#case();
      case '[[':
        this.#cursor.take(reserved);
        return this.#condition();
      case 'function':
        this.#cursor.take(reserved);
        this.#parts.blanks();
        return this.#functionBody(this.#cursor.match(/[^ \t\n;&|<>(){}]+/y));
      default:
        return null; // the end of a construct further out
    }
  }

  #if(): ShellNode {
    const body = [...this.#until(['then'])];
    for (;;) {
      body.push(...this.#list());
      const next = this.#reserved();
      this.#cursor.take(next);
      if (next === 'elif') body.push(...this.#until(['then']));
      else if (next === 'fi') return this.#group({ body });
      else if (next !== 'else') {
        this.#cursor.fail('no "fi"');
        return this.#group({ body });
      }
    }
  }

  #for(): ShellNode {
    this.#parts.blanks();
    const words: Word[] = [];
    let variable: string | null = null;
    if (this.#cursor.take('((')) words.push([parseArithmetic(this.#cursor, this.#commands)]);
    else {
      variable = this.#cursor.match(/[A-Za-z_][A-Za-z0-9_]*/y);
      this.#parts.lines();
      if (this.#cursor.match(/in(?=[ \t\n;])/y) !== '') words.push(...this.#parts.words());
    }
    this.#parts.blanks();
    this.#cursor.take(';');
    this.#parts.lines();
    if (this.#reserved() !== 'do') this.#cursor.fail('no "do"');
    this.#cursor.take('do');
    return this.#group({ body: this.#until(['done']), words, variable });
  }

  #case(): ShellNode {
    this.#parts.blanks();
    const words = [this.#parts.word() ?? []];
    const body: ShellNode[] = [];
    this.#parts.lines();
    if (this.#cursor.match(/in(?=[ \t\n])/y) === '') this.#cursor.fail('no "in"');
    for (;;) {
      this.#parts.lines();
      if (this.#cursor.ended) this.#cursor.fail('no "esac"');
      if (this.#cursor.ended || this.#reserved() === 'esac') break;
      this.#cursor.take('(');
      do {
        this.#parts.blanks();
        words.push(this.#parts.word() ?? []);
        this.#parts.blanks();
      } while (this.#cursor.take('|'));
      if (!this.#cursor.take(')')) this.#cursor.fail('a pattern without ")"');
      body.push(...this.#list());
      this.#cursor.match(/;;&?|;&/y);
    }
    this.#cursor.take('esac');
    return this.#group({ body, words });
  }

  /** "((1 + 2))" of bash is a subshell in a subshell elsewhere, so that it is judged as both. */
  #calculation(): ShellNode {
    const start = this.#cursor.at;
    const words = [[parseArithmetic(this.#cursor, this.#commands)]];
    const inner = this.#cursor.text.slice(start, Math.max(this.#cursor.at - 2, start));
    return this.#group({ words, body: this.#ifReadable(inner) });
  }

  /** None where it is no script. */
  #ifReadable(text: string): readonly ShellNode[] {
    if (this.#level >= MAX_LEVEL) this.#cursor.fail('deeper nesting than is judged');
    if (this.#cursor.problem !== null) return [];
    const cursor = new Cursor(text, this.#cursor);
    const nodes = new ScriptParser(cursor, this.#level + 1).whole();
    this.#cursor.count(PARTS_OF_A_PARSER);
    return cursor.problem === null ? nodes : [];
  }

  /** [[ ... ]]: its words are data. Where a shell does not know it, what stands behind "&&" and "||" is a command. */
  #condition(): ShellNode {
    const [words = [], ...more] = parseCondition(this.#cursor, this.#parts);
    const body = more.map((each): ShellNode => ({ kind: 'simple', assignments: [], words: each, redirections: [] }));
    return this.#group({ words, body });
  }

  #function(): ShellNode | null {
    const head = this.#cursor.match(FUNCTION_HEAD);
    return head === '' ? null : this.#functionBody(head.slice(0, head.indexOf('(')).trimEnd());
  }

  #functionBody(name: string): ShellNode {
    this.#parts.blanks();
    this.#cursor.match(/\([ \t]*\)/y);
    this.#parts.lines();
    const body = this.#cursor.nested(() => this.#command());
    if (body === null) this.#cursor.fail('a function without a body');
    return { kind: 'function', name, body: body ?? this.#group({}) };
  }

  #reserved(): string {
    return this.#cursor.peek(RESERVED);
  }

  #group(given: Partial<Omit<ShellNode & { kind: 'group' }, 'kind' | 'redirections'>>): ShellNode {
    const redirections = this.#parts.redirections();
    return { kind: 'group', subshell: false, body: [], words: [], variable: null, ...given, redirections };
  }
}
