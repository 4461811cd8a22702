// The table for people. Pure.

import { GOALS } from './goals.ts';
import { type BenchRow, reachesAim } from './judge.ts';

const HEADER = ['goal', 'what', 'value', 'must', 'aim', 'ok', 'n', 'A/A', 'note'] as const;
/** Columns of figures, which line up on the right. */
const FIGURES = new Set<number>([2, 6, 7]);

export function tableOf(rows: readonly BenchRow[]): string {
  const cells = [HEADER, ...rows.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        FIGURES.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ');
  return `${cells.map((row) => line(row).trimEnd()).join('\n')}\n`;
}

function cellsOf(row: BenchRow): readonly string[] {
  const sign = betterOf(row.id) === 'lower' ? '<=' : '>=';
  const limit = (value: number | null): string => (value === null ? '-' : `${sign} ${value}`);
  const aa = row.aa === null ? '-' : row.aa.toFixed(3);
  return [row.id, row.what, figure(row), limit(row.must), limit(row.aim), verdict(row), String(row.n), aa, row.note];
}

const betterOf = (id: string): 'lower' | 'higher' =>
  Object.values(GOALS).find((goal) => goal.id === id)?.better ?? 'lower';

const figure = ({ value, aa }: BenchRow): string =>
  aa === null && Number.isInteger(value) ? String(value) : value.toFixed(2);

function verdict(row: BenchRow): string {
  if (row.ok === null) return row.note.startsWith('void') ? 'void' : '-';
  if (!row.ok) return 'NO';
  return reachesAim({ better: betterOf(row.id) }, row) === true ? 'yes, aim' : 'yes';
}
