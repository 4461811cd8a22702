// Finds a Go that can build the control plane.

import { readFile } from 'node:fs/promises';

import { OperatorError } from '../../lib/errors.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { runTool } from './run-tool.ts';

/** PATH first, then where the official archive is unpacked to: a fresh shell often lacks that on PATH. */
export const GO_PROGRAMS: readonly string[] = ['go', '/usr/local/go/bin/go'];

export interface GoSearch {
  readonly goPrograms: readonly string[];
  /** The directory of go.mod, whose `go` line names the oldest version that will do. */
  readonly sourceDir: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The go program to call; an error value says why there is none. A Go that is too old throws OperatorError('unavailable'). */
export async function findGo(search: GoSearch, signal: AbortSignal): Promise<Result<string, string>> {
  const floor = await readGoFloor(search.sourceDir);
  if (floor === null) return err(`there is no source to build it from in ${search.sourceDir}`);
  for (const program of search.goPrograms) {
    const run = { program, args: ['version'], cwd: search.sourceDir, environment: search.environment };
    const outcome = await runTool(run, signal).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw cause;
    });
    if (outcome === null) continue;
    const version = /^go version go(\d+\.\d+\S*)/m.exec(outcome.lastLines)?.[1];
    if (outcome.exitCode === 0 && version !== undefined && isAtLeast(version, floor)) return ok(program);
    throw new OperatorError(
      'unavailable',
      `Go ${floor} or newer is needed to build the control plane, and "${program} version" says: ${outcome.lastLines}; install a newer Go (https://go.dev/dl/), or set KUBEBUILDER_ASSETS`,
    );
  }
  return err(`no Go toolchain (go) was found on PATH to build it from source`);
}

/** The `go 1.N` line of go.mod, or null without a go.mod. */
async function readGoFloor(sourceDir: string): Promise<string | null> {
  try {
    const text = await readFile(`${sourceDir}/go.mod`, 'utf8');
    return /^go (\d+\.\d+\S*)/m.exec(text)?.[1] ?? null;
  } catch {
    return null; // an installed package comes without the source
  }
}

function isAtLeast(version: string, floor: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number.parseFloat);
  const [floorMajor = 0, floorMinor = 0] = floor.split('.').map(Number.parseFloat);
  return major > floorMajor || (major === floorMajor && minor >= floorMinor);
}
