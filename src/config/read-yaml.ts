// YAML and JSON text of people, read as kubectl reads it (YAML 1.1: "yes" is true), but without the traps: duplicate keys, tags
// and alias bombs are refused, and whatever comes in, the answer is a value or a list of problems, never a crash.

import { type Document, type Tags, visit } from 'yaml';
import { err, ok, type Result } from '../lib/result.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import { hasLoneSurrogate } from '../lib/well-formed.ts';
import { mergeKeyProblem } from './merge-keys.ts';
import { parseYamlDocuments, type YamlProblem } from './yaml-documents.ts';

/** The API server takes 3 MiB per object; files may hold several. */
const MAX_LENGTH = 16 * 1024 * 1024;
/** Copies of one anchor. */
const MAX_ALIASES = 100;
/** The parser looks through the document for each. */
const MAX_ALIASES_IN_ALL = 500;
const MAX_PROBLEM_LENGTH = 300;
const MAX_PROBLEMS = 10;

/** What kubectl's parser does not have, or reads otherwise: then a tag is a problem, and "12:30" is text. */
const UNWANTED_TAGS = /:(?:binary|omap|pairs|set|timestamp)$/;

/** The documents of the text in order; empty ones are left out. Problems name file and line. */
export function readYaml(text: string, fileName: string): Result<readonly unknown[], readonly string[]> {
  if (text.length > MAX_LENGTH) return err([`${fileName}: is longer than ${MAX_LENGTH} characters`]);
  try {
    return readDocuments(text, fileName);
  } catch (thrown) {
    // Excessive aliases throw.
    return err([`${fileName}: ${shownProblem(thrown instanceof Error ? thrown.message : String(thrown))}`]);
  }
}

function readDocuments(text: string, fileName: string): Result<readonly unknown[], readonly string[]> {
  const { documents, stoppedBy } = parseYamlDocuments(text, withoutUnwantedTags);
  const shown = ({ line, message }: YamlProblem): string =>
    `${fileName}${line === null ? '' : `:${line}`}: ${shownProblem(message)}`;
  const problems = documents.flatMap(({ problems: found }) => found.map(shown));
  if (stoppedBy !== null) return err(summaryOf([shown(stoppedBy), ...problems], fileName));
  if (problems.length > 0) return err(summaryOf(problems, fileName));
  if (documents.reduce((count, { document }) => count + aliasesIn(document), 0) > MAX_ALIASES_IN_ALL)
    return err([`${fileName}: holds more than ${MAX_ALIASES_IN_ALL} aliases`]);
  const values: unknown[] = [];
  for (const { document } of documents) {
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
  const unique = [...new Set(problems)];
  const more = unique.length - MAX_PROBLEMS;
  return more > 0 ? [...unique.slice(0, MAX_PROBLEMS), `${fileName}: and ${more} more`] : unique;
}

const withoutUnwantedTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(UNWANTED_TAGS.test(tag.tag) || tag.format === 'TIME'));

/** The first line of the parser's message. */
const shownProblem = (message: string): string =>
  shorten(escapeInvisible(message.split('\n', 1)[0] ?? ''), MAX_PROBLEM_LENGTH);
