// The bar of a long copy on a person's terminal: one line that is written again and again.

import { escapeInvisible } from '../../../lib/visible-text.ts';
import { note } from '../output.ts';
import type { Console } from '../session-client.ts';
import { sizeText } from '../size-text.ts';

/** Smaller files are there before a bar could be read. */
const SMALLEST_BYTES = 1_048_576;
const EVERY_MS = 100;
const BAR_WIDTH = 24;
const NAME_WIDTH = 24;
const DEFAULT_COLUMNS = 80;

export interface Progress {
  advance(bytes: number): void;
  /** Leaves the last state standing, on a line of its own. */
  end(): void;
}

export interface ProgressState {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  readonly columns: number;
}

const SILENT: Progress = { advance: () => {}, end: () => {} };

/** `total` null: nobody knows, so there is no bar. */
export function startProgress(
  { stderr, clock }: Console,
  of: { readonly name: string; readonly total: number | null },
): Progress {
  const { name, total } = of;
  if (!stderr.isTerminal || total === null || total <= SMALLEST_BYTES) return SILENT;
  const startMs = clock.monotonicMs();
  let done = 0;
  let shownMs = Number.NEGATIVE_INFINITY;
  const show = (nowMs: number): void => {
    shownMs = nowMs;
    const columns = stderr.columns() ?? DEFAULT_COLUMNS;
    stderr
      .write(`\r${renderProgress({ name, done, total, elapsedMs: nowMs - startMs, columns })}\u001b[K`)
      .catch(() => {});
  };
  return {
    advance(bytes) {
      done += bytes;
      const nowMs = clock.monotonicMs();
      if (nowMs - shownMs >= EVERY_MS) show(nowMs);
    },
    end() {
      show(clock.monotonicMs());
      note(stderr, '');
    },
  };
}

/** Example: "data.bin    45% [##########..............] 450.0 MiB/1.0 GiB 112.3 MiB/s ETA 5s". Never wider than the terminal. */
export function renderProgress({ name, done, total, elapsedMs, columns }: ProgressState): string {
  const share = Math.min(done / total, 1);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
  const bytesPerSecond = elapsedMs > 0 ? (done * 1000) / elapsedMs : 0;
  const rate = `${sizeText(Math.round(bytesPerSecond))}/s`;
  const left = bytesPerSecond > 0 ? ` ETA ${clockText(Math.ceil(Math.max(total - done, 0) / bytesPerSecond))}` : '';
  const line = `${nameText(name)} ${percent} ${bar} ${sizeText(done)}/${sizeText(total)} ${rate}${left}`;
  return line.slice(0, Math.max(columns - 1, 1));
}

function nameText(name: string): string {
  const shown = escapeInvisible(name);
  return (shown.length > NAME_WIDTH ? `${shown.slice(0, NAME_WIDTH - 1)}…` : shown).padEnd(
    Math.min(shown.length, NAME_WIDTH),
  );
}

/** "5s", "1m05s", "2h03m". */
function clockText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
}
