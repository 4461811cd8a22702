// Commands of a session as a person sees them.

import { escapeInvisible } from '../../../lib/visible-text.ts';
import type { ExecRecord } from '../../../model/node-protocol.ts';
import { sizeText } from '../size-text.ts';

const HEADER = ['ID', 'STATE', 'DURATION', 'STDOUT', 'STDERR'] as const;

/** A table with a header, oldest first. */
export function renderRecords(records: readonly ExecRecord[]): string {
  const rows = records.map((record) => [
    escapeInvisible(record.execId),
    outcomeOf(record),
    durationText(record.durationMs),
    sizeText(record.stdoutBytes),
    sizeText(record.stderrBytes),
  ]);
  const widths = HEADER.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd();
  return `${[HEADER, ...rows].map(line).join('\n')}\n`;
}

/** "running", "exit code 3", "signal 15", "killed", "time limit", each with what else is worth knowing. */
export function outcomeOf(record: ExecRecord): string {
  if (record.running) return 'running';
  const left = record.leftRunning ? ', left processes behind' : '';
  const ended = record.containerEnded ? ', the container ended' : '';
  return `${endOf(record)}${left}${ended}`;
}

function endOf(record: ExecRecord): string {
  if (record.timedOut) return 'time limit';
  if (record.killed) return 'killed';
  if (record.signal !== null) return `signal ${record.signal}`;
  return record.exitCode === null ? 'ended, exit code unknown' : `exit code ${record.exitCode}`;
}

/** "40ms", "1.4s", "12s", "3m20s", "2h5m". */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m${Math.floor(seconds % 60)}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`;
}
