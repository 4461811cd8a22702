// How a refusal reads, at every gate: one renderer for webhook, controller, CLI and MCP (ux.md 2.2, denial contract).

import { assertNever } from '../lib/assert-never.ts';
import { escapeInvisible, lengthOf, shorten } from '../lib/visible-text.ts';
import { RULE_LINK, SESSION_KIND } from '../model/names.ts';
import type { Violation } from '../model/violation.ts';

const MAX_CAUSE_LENGTH = 200;
const MAX_VALUE_LENGTH = 40;
const MAX_PATH_LENGTH = 128;
const MAX_WARNING_LENGTH = 120;
const MAX_SUMMARY_LENGTH = 2000;

/** A cause of a Status object: kubectl prints "* field: message". */
export interface RenderedCause {
  readonly reason: 'FieldValueForbidden' | 'FieldValueInvalid' | 'FieldValueRequired';
  readonly field: string;
  readonly message: string;
}

/** Example: { reason: "FieldValueForbidden", field: "spec.security.privileged", message: "Forbidden: [MCPS-101] ..." }. */
export function renderCause(violation: Violation): RenderedCause {
  return { reason: causeReason(violation.kind), field: shownPath(violation), message: renderCauseText(violation) };
}

/** At most 200 characters, whole by itself, since kubectl prints nothing else: kind, value, id, message, fix, link. */
export function renderCauseText(violation: Violation): string {
  const head = `${kindText(violation)}: [${violation.rule}] `;
  const link = ruleLink(violation.rule);
  const tail = `; fix: ${escapeInvisible(violation.fix)}${link === null ? '' : ` (${link})`}`;
  const room = MAX_CAUSE_LENGTH - lengthOf(head) - lengthOf(tail);
  const message = shorten(escapeInvisible(violation.message), Math.max(room, MAX_VALUE_LENGTH));
  return shorten(head + message + tail, MAX_CAUSE_LENGTH);
}

/** One line: "2 rules refused McpSession team-a/s1: [MCPS-101] spec.security.privileged: ...; [MCPS-201] ...". */
export function renderDenial(
  session: { readonly namespace: string; readonly name: string },
  violations: readonly Violation[],
): string {
  const rules = new Set(violations.map(({ rule }) => rule)).size;
  const count = `${rules} ${rules === 1 ? 'rule' : 'rules'} refused`;
  return `${count} ${SESSION_KIND} ${session.namespace}/${session.name}: ${renderSummary(violations)}`;
}

/** The same without the object, for conditions and tool answers; at most 2000 characters. */
export function renderSummary(violations: readonly Violation[]): string {
  return shorten(violations.map(renderLine).join('; '), MAX_SUMMARY_LENGTH);
}

/** An admission warning: one line, at most 120 characters; kubectl puts "Warning: " before it. */
export function renderWarning(violation: Violation): string {
  return shorten(renderLine(violation), MAX_WARNING_LENGTH);
}

/** Where the rule is explained: "mcpsession.dev/r/201"; null for a spec that does not fit the schema. */
export function ruleLink(rule: string): string | null {
  const number = /^MCPS-([0-9]{3})$/.exec(rule)?.[1];
  return number === undefined ? null : `${RULE_LINK}/${number}`;
}

const renderLine = (violation: Violation): string =>
  `[${violation.rule}] ${shownPath(violation)}: ${escapeInvisible(violation.message)}`;

const shownPath = (violation: Violation): string => shorten(escapeInvisible(violation.path), MAX_PATH_LENGTH);

function kindText(violation: Violation): string {
  const value = violation.value === undefined ? '' : `: ${shorten(escapeInvisible(violation.value), MAX_VALUE_LENGTH)}`;
  switch (violation.kind) {
    case 'forbidden':
      return 'Forbidden';
    case 'required':
      return 'Required value';
    case 'invalid':
      return `Invalid value${value}`;
    default:
      return assertNever(violation.kind);
  }
}

function causeReason(kind: Violation['kind']): RenderedCause['reason'] {
  switch (kind) {
    case 'forbidden':
      return 'FieldValueForbidden';
    case 'invalid':
      return 'FieldValueInvalid';
    case 'required':
      return 'FieldValueRequired';
    default:
      return assertNever(kind);
  }
}
