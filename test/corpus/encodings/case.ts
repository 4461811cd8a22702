// One object in spellings that parsers disagree about (security.md 11 class 13), with what each reader makes of it. The law: when
// two readers accept a text, they have read the same; tests hold every pair of them to it.

import { PINNED_IMAGE } from '../../support/session-builder.ts';
import type { RuleIds } from '../case.ts';

/** "unreadable": nothing is judged; else the ids of what was read, none for an accepted one. */
export type Reading = 'unreadable' | RuleIds;

export interface EncodingCase {
  readonly title: string;
  readonly text: string | Uint8Array;
  /** `mcpsession check`. */
  readonly check: Reading;
  /** The API server, posted in the text's own media type with fieldValidation=Strict. */
  readonly server: Reading;
  /** kubectl, which reads YAML by itself and sends JSON; that of the server when left out. */
  readonly kubectl?: Reading;
  readonly because?: string;
}

export const OK: Reading = [];
export const PRIVILEGED: Reading = ['MCPS-101'];
export const ROOT: Reading = ['MCPS-103'];
export const PLACE: Reading = ['MCPS-208'];
export const SCHEMA: Reading = ['SCHEMA'];
export const UNREADABLE: Reading = 'unreadable';

/** All readers agree. */
export const all = (title: string, text: EncodingCase['text'], reading: Reading): EncodingCase => ({
  title,
  text,
  check: reading,
  server: reading,
});

const HEAD = 'apiVersion: mcpsession.dev/v1alpha1\nkind: McpSession\nmetadata: {name: encoded}\n';

/** A session whose spec goes on with the given lines. */
export const yamlText = (lines = ''): string =>
  `${HEAD}spec:\n  image: ${PINNED_IMAGE}\n${lines === '' ? '' : `  ${lines}\n`}`;

/** A session whose spec has the given members as well. */
export const jsonText = (members = '', metadata = '"name":"encoded"'): string =>
  `{"apiVersion":"mcpsession.dev/v1alpha1","kind":"McpSession","metadata":{${metadata}},` +
  `"spec":{"image":"${PINNED_IMAGE}"${members === '' ? '' : `,${members}`}}}`;

/** Text with bytes in the middle that are no UTF-8. */
export const withBytes = (text: string, bytes: readonly number[]): Uint8Array => {
  const [before = '', after = ''] = text.split('BYTES');
  return Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
};

/** All readers agree about a YAML text. */
export const yamlRead = (title: string, lines: string, reading: Reading): EncodingCase =>
  all(title, yamlText(lines), reading);
/** They do not. */
export const apart = (
  title: string,
  text: EncodingCase['text'],
  readings: Pick<EncodingCase, 'check' | 'server' | 'kubectl' | 'because'>,
): EncodingCase => ({ title, text, ...readings });
