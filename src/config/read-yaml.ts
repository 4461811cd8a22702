// YAML and JSON text of people, read as kubectl reads it (YAML 1.1: "yes" is true), but without the traps: duplicate keys, tags
// and alias bombs are refused, and whatever comes in, the answer is a value or a list of problems, never a crash.

import { type Document, LineCounter, parseAllDocuments, type Tags, visit } from 'yaml';
import { err, ok, type Result } from '../lib/result.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import { hasLoneSurrogate } from '../lib/well-formed.ts';
import { duplicateKeyLines } from './duplicate-keys.ts';
import { mergeKeyProblem } from './merge-keys.ts';

/** The API server takes 3 MiB per object; files may hold several. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** Copies of one anchor. */
const MAX_ALIASES = 100;
/** The parser looks through the document for each. */
const MAX_ALIASES_IN_ALL = 500;
const MAX_PROBLEM_LENGTH = 300;
const MAX_PROBLEMS = 10;
const NOT_UNIQUE = 'Map keys must be unique';
const TOO_DEEP = 'is nested too deeply';
const STACK_ENDED = /call stack|stack overflow/i;

/** What kubectl's parser does not have, or reads otherwise: then a tag is a problem, and "12:30" is text. */
const UNWANTED_TAGS = /:(?:binary|omap|pairs|set|timestamp)$/;

/** The documents of the text in order; empty ones are left out. Problems name file and line. */
export function readYaml(text: string, fileName: string): Result<readonly unknown[], readonly string[]> {
  if (text.length > MAX_LENGTH) return err([`${fileName}: is longer than ${MAX_LENGTH} characters`]);
  try {
    return readDocuments(text, fileName);
  } catch (thrown) {
    // The parser recurses: text that is nested a hundred thousand deep ends its stack. Excessive aliases throw as well.
    const problem = thrown instanceof RangeError ? TOO_DEEP : shownProblem(thrown);
    return err([`${fileName}: ${problem}`]);
  }
}

function readDocuments(text: string, fileName: string): Result<readonly unknown[], readonly string[]> {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    version: '1.1',
    customTags: withoutUnwantedTags,
    logLevel: 'silent',
    prettyErrors: false, // each would look for its line again, in a text that may be one long line
    strict: true,
    uniqueKeys: false, // looked for below, in less time
  });
  if (!Array.isArray(documents)) return ok([]); // the parser's way to say that the text is empty
  const problems = documents.flatMap((document) => [
    ...[...document.errors, ...document.warnings].map(
      (problem) => `${fileName}:${lineCounter.linePos(problem.pos[0]).line}: ${shownProblem(problem)}`,
    ),
    ...duplicateKeyLines(document, lineCounter, MAX_PROBLEMS).map((line) => `${fileName}:${line}: ${NOT_UNIQUE}`),
  ]);
  if (problems.length > 0) return err(summaryOf(problems, fileName));
  if (documents.reduce((count, document) => count + aliasesIn(document), 0) > MAX_ALIASES_IN_ALL)
    return err([`${fileName}: holds more than ${MAX_ALIASES_IN_ALL} aliases`]);
  const values: unknown[] = [];
  for (const document of documents) {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    const problem = text.includes('<<') ? mergeKeyProblem(document) : null;
    if (problem !== null) return err([`${fileName}: ${shownProblem(problem)}`]);
    if (value !== null && value !== undefined) values.push(value);
  }
  return hasLoneSurrogate(text, values) ? err([`${fileName}: holds half of a surrogate pair`]) : ok(values);
}

function aliasesIn(document: Document): number {
  let count = 0;
  visit(document, { Alias: () => void (count += 1) });
  return count;
}

/** One broken bracket can cause hundreds of follow-up problems: each once, the first ten. */
function summaryOf(problems: readonly string[], fileName: string): readonly string[] {
  if (problems.some((problem) => STACK_ENDED.test(problem))) return [`${fileName}: ${TOO_DEEP}`];
  const unique = [...new Set(problems)];
  const more = unique.length - MAX_PROBLEMS;
  return more > 0 ? [...unique.slice(0, MAX_PROBLEMS), `${fileName}: and ${more} more`] : unique;
}

const withoutUnwantedTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(UNWANTED_TAGS.test(tag.tag) || tag.format === 'TIME'));

/** The first line of the parser's message, which shows the text around it on the next ones. */
function shownProblem(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
  return shorten(escapeInvisible(line.replace(/ at line [0-9]+, column [0-9]+:?$/, '')), MAX_PROBLEM_LENGTH);
}
