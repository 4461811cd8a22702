// How a refusal reads, at every gate: one renderer for webhook, controller, CLI and MCP (ux.md 2.2, denial contract).

import { assertNever } from '../lib/assert-never.ts';
import { escapeInvisible, lengthOf, shorten } from '../lib/visible-text.ts';
import { RULE_LINK, SESSION_KIND } from '../model/names.ts';
import type { Violation } from '../model/violation.ts';

const MAX_CAUSE_LENGTH = 200;
const MAX_VALUE_LENGTH = 40;
/** Enough to recognise a value by. */
const MIN_VALUE_LENGTH = 12;
const MAX_FIX_LENGTH = 160;
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
  const link = ruleLink(violation.rule);
  const tail = `; fix: ${escapeInvisible(violation.fix)}${link === null ? '' : ` (${link})`}`;
  const message = escapeInvisible(violation.message);
  const head = (valueLength: number): string => `${kindText(violation, valueLength)}: [${violation.rule}] `;
  const excess = lengthOf(head(MAX_VALUE_LENGTH) + message + tail) - MAX_CAUSE_LENGTH;
  const shortHead = head(Math.max(MAX_VALUE_LENGTH - Math.max(excess, 0), MIN_VALUE_LENGTH));
  const room = MAX_CAUSE_LENGTH - lengthOf(shortHead) - lengthOf(tail);
  return shorten(shortHead + fitted(message, Math.max(room, MAX_VALUE_LENGTH)) + tail, MAX_CAUSE_LENGTH);
}

/** Cuts the value that a message begins with before its end, which lists what is allowed. */
function fitted(message: string, maxLength: number): string {
  const excess = lengthOf(message) - maxLength;
  if (excess <= 0) return message;
  const [value = ''] = message.split(' ', 1);
  const shortValue = shorten(value, Math.max(lengthOf(value) - excess, MIN_VALUE_LENGTH));
  return shorten(shortValue + message.slice(value.length), maxLength);
}

/** One line: "2 rules refused McpSession team-a/s1: [MCPS-101] spec.security.privileged: ...; [MCPS-201] ...". */
export function renderDenial(
  session: { readonly namespace: string; readonly name: string },
  violations: readonly Violation[],
): string {
  const rules = new Set(violations.map(({ rule }) => rule)).size;
  const count = `${rules} ${rules === 1 ? 'rule' : 'rules'} refused`;
  return `${count} ${SESSION_KIND} ${session.namespace}/${session.name}: ${shorten(violations.map(renderLine).join('; '), MAX_SUMMARY_LENGTH)}`;
}

/** The same without the object but with every fix, since a condition stands alone; at most 2000 characters. */
export function renderSummary(violations: readonly Violation[]): string {
  return shorten(violations.map(renderWithFix).join('; '), MAX_SUMMARY_LENGTH);
}

/** An admission warning: one line, at most 120 characters, with the fix where it fits; kubectl puts "Warning: " before it. */
export function renderWarning(violation: Violation): string {
  const whole = renderWithFix(violation);
  return lengthOf(whole) <= MAX_WARNING_LENGTH ? whole : shorten(renderLine(violation), MAX_WARNING_LENGTH);
}

/** Where the rule is explained: "mcpsession.dev/r/201"; null for a spec that does not fit the schema. */
export function ruleLink(rule: string): string | null {
  const number = /^MCPS-([0-9]{3})$/.exec(rule)?.[1];
  return number === undefined ? null : `${RULE_LINK}/${number}`;
}

const renderLine = (violation: Violation): string =>
  `[${violation.rule}] ${shownPath(violation)}: ${escapeInvisible(violation.message)}`;

const renderWithFix = (violation: Violation): string =>
  `${renderLine(violation)}; fix: ${shorten(escapeInvisible(violation.fix), MAX_FIX_LENGTH)}`;

const shownPath = (violation: Violation): string => shorten(escapeInvisible(violation.path), MAX_PATH_LENGTH);

function kindText(violation: Violation, valueLength: number): string {
  const value = violation.value === undefined ? '' : `: ${shorten(escapeInvisible(violation.value), valueLength)}`;
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
