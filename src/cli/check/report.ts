// What `check` prints: a table for people (ux.md 2.2), JSON with the full messages for programs.

import { counted } from '../../lib/counted.ts';
import { escapeInvisible, lengthOf, shorten } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import { renderCauseText } from '../../rules/render.ts';

export interface CheckedObject {
  readonly file: string;
  /** "namespace/name". */
  readonly object: string;
  readonly violations: readonly Violation[];
  readonly warnings: readonly Violation[];
}

export interface CheckReport {
  readonly objects: readonly CheckedObject[];
  readonly skipped: number;
  /** Input that could not be judged, each with file and line where known. */
  readonly problems: readonly string[];
}

interface Finding {
  readonly checked: CheckedObject;
  readonly violation: Violation;
  readonly severity: 'deny' | 'warn';
}

const MAX_CELL_LENGTH = 160;

export function renderTable(report: CheckReport): string {
  if (report.objects.length === 0 && report.problems.length > 0) return ''; // the problems say it all
  const findings = report.objects.flatMap(findingsOf);
  const rows = findings.map(({ checked, violation, severity }) => [
    checked.file,
    checked.object,
    violation.rule,
    severity,
    violation.path,
    violation.rule === 'SCHEMA' ? violation.message : violation.fix,
  ]);
  const table = rows.length === 0 ? '' : alignColumns([['FILE', 'OBJECT', 'RULE', 'SEV', 'PATH', 'FIX'], ...rows]);
  return `${table}${summaryLine(report)}\n`;
}

export function renderJson(report: CheckReport): string {
  const objects = report.objects.map((checked) => ({
    file: checked.file,
    object: checked.object,
    allowed: checked.violations.length === 0,
    findings: findingsOf(checked).map(({ violation, severity }) => ({
      rule: violation.rule,
      severity,
      path: violation.path,
      message: renderCauseText(violation),
      fix: violation.fix,
    })),
  }));
  const ok = report.problems.length === 0 && objects.length > 0 && objects.every(({ allowed }) => allowed);
  return `${JSON.stringify({ ok, objects, skipped: report.skipped, problems: report.problems }, null, 2)}\n`;
}

const findingsOf = (checked: CheckedObject): readonly Finding[] => [
  ...checked.violations.map((violation) => ({ checked, violation, severity: 'deny' as const })),
  ...checked.warnings.map((violation) => ({ checked, violation, severity: 'warn' as const })),
];

function summaryLine({ objects, skipped }: CheckReport): string {
  const refused = objects.filter(({ violations }) => violations.length > 0).length;
  const violations = objects.reduce((sum, checked) => sum + checked.violations.length, 0);
  const warnings = objects.reduce((sum, checked) => sum + checked.warnings.length, 0);
  const verdict = refused === 0 ? 'none refused' : `${refused} refused with ${counted(violations, 'violation')}`;
  const others = skipped === 0 ? '' : `; ${counted(skipped, 'other object')} skipped`;
  return `${counted(objects.length, 'session')} checked: ${verdict}, ${counted(warnings, 'warning')}${others}`;
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => shorten(escapeInvisible(cell), MAX_CELL_LENGTH)));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => lengthOf(row[column] ?? ''))));
  const lines = cells.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
