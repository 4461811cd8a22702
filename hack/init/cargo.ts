// Finds and runs cargo: PATH first, then where rustup puts it, because a fresh shell often lacks that on PATH. Where there is none and
// we are root, Debian's is installed: its rustc 1.63 is enough.

import { homedir } from 'node:os';
import { join } from 'node:path';

import { runTool, type ToolOutcome } from '../../src/embedded/binaries/run-tool.ts';
import { OperatorError } from '../../src/lib/errors.ts';
import { installPackage } from '../install-package.ts';

export const INIT_SOURCE_DIR = join(import.meta.dirname, '../../init');
/** Under XDG_CACHE_HOME or ~/.cache. */
export const INIT_CACHE_DIR = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'mcpsession', 'init');
const CARGO_MISSING = 'cargo is not installed; on Debian: apt-get install cargo, then make init';

/** Debian 12's cargo is older: without its unstable sparse registry it fetches the whole index of crates.io by git. */
const SPARSE_SINCE_MINOR = 68;

export interface Cargo {
  readonly program: string;
  /** N of version 1.N. */
  readonly minor: number;
}

/** Rejects with `unavailable` and what to do when there is none and none can be installed. */
export async function ensureCargo(say: (line: string) => void): Promise<Cargo> {
  const found = await findCargo();
  if (found !== null) return found;
  if (process.getuid?.() !== 0) throw new OperatorError('unavailable', CARGO_MISSING);
  say("session init: no cargo is installed; installing Debian's by apt-get");
  await installPackage('cargo', CARGO_MISSING);
  const installed = await findCargo();
  if (installed === null) throw new OperatorError('unavailable', CARGO_MISSING);
  return installed;
}

async function findCargo(): Promise<Cargo | null> {
  for (const program of ['cargo', join(homedir(), '.cargo/bin/cargo')]) {
    const signal = AbortSignal.timeout(30_000);
    const run = { program, args: ['--version'], cwd: INIT_SOURCE_DIR, environment: process.env };
    const outcome = await runTool(run, signal).catch((cause: unknown) => {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null; // a spawn error always has a code
      throw cause;
    });
    const minor = /^cargo 1\.(\d+)/m.exec(outcome?.lastLines ?? '')?.[1];
    if (outcome?.exitCode === 0 && minor !== undefined) return { program, minor: Number(minor) };
  }
  return null;
}

/** The environment for cargo: flags of the caller's shell would replace those of init/.cargo/config.toml, and with them the static link. */
export function cargoEnvironment({ minor }: Cargo, targetDir: string): Record<string, string | undefined> {
  const { RUSTFLAGS: _flags, CARGO_ENCODED_RUSTFLAGS: _encoded, ...inherited } = process.env;
  const sparse = minor < SPARSE_SINCE_MINOR ? { RUSTC_BOOTSTRAP: '1', CARGO_UNSTABLE_SPARSE_REGISTRY: 'true' } : {};
  return { ...inherited, ...sparse, CARGO_TARGET_DIR: targetDir };
}

export interface CargoRun {
  readonly cargo: Cargo;
  readonly args: readonly string[];
  readonly targetDir: string;
  /** Where cargo finds the package and its flags. */
  readonly sourceDir: string;
}

export function runCargo({ cargo, args, targetDir, sourceDir }: CargoRun, signal: AbortSignal): Promise<ToolOutcome> {
  const environment = cargoEnvironment(cargo, targetDir);
  return runTool({ program: cargo.program, args, cwd: sourceDir, environment }, signal);
}
