// What a person sees while the control plane is obtained: a build takes minutes, and silence looks like a hang.

import type { Program } from './release.ts';

const REPORT_EVERY_MS = 5_000;

export interface ObtainProgress {
  readonly binary: Program;
  /** `waiting`: another process is obtaining the same files. */
  readonly phase: 'waiting' | 'downloading' | 'building' | 'ready';
  /** Since this phase of this binary began; for `ready`, since work on the binary began. */
  readonly elapsedMs: number;
  /** Counts from 1. */
  readonly index: number;
  readonly total: number;
}

export type ReportProgress = (progress: ObtainProgress) => void;

/** One line, such as "kube-apiserver (2 of 3): building, 85 s; a first build takes 3 to 4 minutes on 2 cores". */
export function progressText({ binary, phase, elapsedMs, index, total }: ObtainProgress): string {
  const seconds = `${Math.round(elapsedMs / 1000)} s`;
  const what = `${binary} (${index} of ${total})`;
  if (phase === 'ready') return `${what}: ready after ${seconds}`;
  if (phase === 'waiting') return `${what}: waiting for another process that is obtaining it, ${seconds}`;
  if (phase === 'downloading') return `${what}: downloading, ${seconds}`;
  return `${what}: building, ${seconds}; a first build takes 3 to 4 minutes on 2 cores`;
}

/** Reports at the start of the work and every 5 s until it settles. */
export async function reportWhile<T>(
  report: ReportProgress,
  step: Omit<ObtainProgress, 'elapsedMs'>,
  work: () => Promise<T>,
): Promise<T> {
  const startMs = performance.now();
  const tick = (): void => report({ ...step, elapsedMs: performance.now() - startMs });
  tick();
  const timer = setInterval(tick, REPORT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
