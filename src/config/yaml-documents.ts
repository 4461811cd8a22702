// YAML text to documents with a bound on the work: the parser costs by what it has to tell apart, not by bytes, so that is counted
// while it reads, and it is stopped before it holds what nobody could have meant.

import { Composer, type Document, Lexer, LineCounter, Parser, type Tags } from 'yaml';

import { duplicateKeyLines } from './duplicate-keys.ts';

export interface YamlProblem {
  /** Where the problem is, counted from 1; null when it is about the text as a whole. */
  readonly line: number | null;
  readonly message: string;
}

export interface YamlDocument {
  readonly document: Document.Parsed;
  readonly problems: readonly YamlProblem[];
}

/** More than the largest CustomResourceDefinitions have; a session has a few hundred. About 2 microseconds each. */
const MAX_LEXEMES = 100_000;
/** In one text, sessions or not. */
const MAX_DOCUMENTS = 10_000;
/** Syntax errors and directives, each of which costs a hundred times what a value costs. */
const MAX_ODD_TOKENS = 200;
/** The parser, and whoever reads what it makes, recurses. Of maps and lists that are open at a time. */
const MAX_DEPTH = 500;
/** That are told of, per document. */
const MAX_DUPLICATE_KEYS = 10;
const DOCUMENT_START = '---';

/** Ends the reading; its message is a problem of the text. */
class TooMuch extends Error {}

/** All of them, or those before the text became too much. */
export function parseYamlDocuments(
  text: string,
  customTags: (tags: Tags) => Tags,
): { readonly documents: readonly YamlDocument[]; readonly stoppedBy: YamlProblem | null } {
  const lines = new LineCounter();
  const composer = new Composer({
    version: '1.1',
    customTags,
    logLevel: 'silent',
    strict: true,
    uniqueKeys: false, // theirs compares each key with each
  });
  const documents: YamlDocument[] = [];
  try {
    for (const document of composer.compose(boundedTokens(text, lines))) {
      if (documents.length === MAX_DOCUMENTS) throw new TooMuch(`holds more than ${MAX_DOCUMENTS} documents`);
      documents.push({ document, problems: problemsOf(document, lines) });
    }
    return { documents, stoppedBy: null };
  } catch (thrown) {
    if (!(thrown instanceof TooMuch)) throw thrown;
    return { documents, stoppedBy: { line: null, message: thrown.message } };
  }
}

function* boundedTokens(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  let lexemes = 0;
  let odd = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes = lexeme === DOCUMENT_START ? 0 : lexemes + 1;
    if (lexemes > MAX_LEXEMES) throw new TooMuch(`holds a document of more than ${MAX_LEXEMES} tokens`);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' || token.type === 'directive') odd += 1;
      if (odd > MAX_ODD_TOKENS) throw new TooMuch(`holds more than ${MAX_ODD_TOKENS} errors or directives`);
      yield token;
    }
    if (parser.stack.length > MAX_DEPTH) throw new TooMuch('is nested too deeply');
  }
  yield* parser.end();
}

function problemsOf(document: Document.Parsed, lines: LineCounter): readonly YamlProblem[] {
  const odd = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    message,
  }));
  const twice = duplicateKeyLines(document, lines, MAX_DUPLICATE_KEYS);
  return [...odd, ...twice.map((line) => ({ line, message: 'Map keys must be unique' }))];
}
