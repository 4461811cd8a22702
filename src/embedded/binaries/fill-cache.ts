// Obtains the missing programs one after another into the cache: from the release sites as long as they can be used, else
// by a build. The caller holds the cache's lock and removes what is left unfinished.

import { OperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { keepProgram, type ObtainedBy, PARTIAL_PREFIX } from './binary-cache.ts';
import { buildProgram } from './build-program.ts';
import { downloadProgram } from './download-program.ts';
import { findGo } from './go-toolchain.ts';
import { type ReportProgress, reportWhile } from './obtain-progress.ts';
import { type Architecture, type Program, PROGRAMS, type ReleaseSites } from './release.ts';

export interface CacheFill {
  readonly missing: readonly Program[];
  readonly cacheDir: string;
  readonly architecture: Architecture;
  readonly releaseSites: ReleaseSites | null;
  readonly answerWithinMs: number;
  readonly sourceDir: string | null;
  readonly goPrograms: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress: ReportProgress;
}

/** `build` when any program had to be built. Throws OperatorError when a program can be had in no way. */
export async function fillCache(fill: CacheFill, signal: AbortSignal): Promise<ObtainedBy> {
  const { downloaded, refusal } = await downloadAll(fill, signal);
  if (refusal === null) return 'download';
  const go = await goFor(fill, signal);
  if (!go.ok) throw noWay(fill, [refusal, go.error]);
  for (const program of fill.missing.slice(downloaded)) {
    await obtainOne(fill, { program, phase: 'building', source: 'build' }, async (partialPath) => {
      await buildProgram(
        { ...fill, sourceDir: go.value.sourceDir, goProgram: go.value.program, program, partialPath },
        signal,
      );
      return ok(null);
    });
  }
  return 'build';
}

/** Stops at the first program that a site does not give, so that a missing network is waited for once only. */
async function downloadAll(
  fill: CacheFill,
  signal: AbortSignal,
): Promise<{ readonly downloaded: number; readonly refusal: string | null }> {
  const sites = fill.releaseSites;
  if (sites === null) return { downloaded: 0, refusal: 'downloads are switched off' };
  for (const [index, program] of fill.missing.entries()) {
    const outcome = await obtainOne(fill, { program, phase: 'downloading', source: 'download' }, (partialPath) =>
      downloadProgram({ ...fill, sites, program, partialPath }, signal),
    );
    if (!outcome.ok) return { downloaded: index, refusal: outcome.error };
  }
  return { downloaded: fill.missing.length, refusal: null };
}

interface ObtainStep {
  readonly program: Program;
  readonly phase: 'downloading' | 'building';
  readonly source: ObtainedBy;
}

async function obtainOne(
  { missing, cacheDir, onProgress }: CacheFill,
  { program, phase, source }: ObtainStep,
  obtain: (partialPath: string) => Promise<Result<null, string>>,
): Promise<Result<null, string>> {
  const startMs = performance.now();
  const step = { binary: program, index: missing.indexOf(program) + 1, total: missing.length };
  const partialPath = `${cacheDir}/${PARTIAL_PREFIX}${program}`;
  const outcome = await reportWhile(onProgress, { ...step, phase }, () => obtain(partialPath));
  if (!outcome.ok) return outcome;
  await keepProgram(cacheDir, { program, partialPath, source });
  onProgress({ ...step, phase: 'ready', elapsedMs: performance.now() - startMs });
  return outcome;
}

interface GoBuilder {
  readonly program: string;
  readonly sourceDir: string;
}

async function goFor(
  { sourceDir, goPrograms, environment }: CacheFill,
  signal: AbortSignal,
): Promise<Result<GoBuilder, string>> {
  if (sourceDir === null) return err('this installation has no source to build it from');
  const found = await findGo({ sourceDir, goPrograms, environment }, signal);
  return found.ok ? ok({ program: found.value, sourceDir }) : found;
}

function noWay({ missing }: CacheFill, reasons: readonly string[]): OperatorError {
  // Only the programs of a control plane may stand in a directory of the user's.
  const isForControlPlane = missing.some((program) => (PROGRAMS as readonly Program[]).includes(program));
  const ways = [
    'install Go (https://go.dev/dl/)',
    'connect to the network',
    ...(isForControlPlane ? [`set KUBEBUILDER_ASSETS to a directory with ${PROGRAMS.join(', ')}`] : []),
  ];
  const advice = `${ways.slice(0, -1).join(', ')}${ways.length > 2 ? ',' : ''} or ${ways.at(-1)}`;
  return new OperatorError('unavailable', `cannot obtain ${missing.join(', ')}: ${reasons.join(', and ')}; ${advice}`);
}
