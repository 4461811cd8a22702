// The engine reports a command that could not be started as output of the command, with code 126 or 127. This tells the two
// apart: output that begins like such a report is held back until the command has ended.

import { OperatorError } from '../../lib/errors.ts';
import type { OutputStream } from '../../ports/container-access.ts';
import { engineWords } from '../engine-errors.ts';
import { noDirectory, noProgram, notRunnable } from '../start-words.ts';

type OnOutput = (stream: OutputStream, chunk: Uint8Array) => void;

export interface StartFailureFilter {
  readonly onOutput: OnOutput;
  /** Whether there was output that is no such report: the command runs. */
  isPassed(): boolean;
  /** The fault when the command was never started; otherwise null, and what was held back has been handed on. */
  finish(exitCode: number): OperatorError | null;
}

export interface Attempt {
  readonly program: string;
  readonly cwd: string | null;
}

const REPORT = 'OCI runtime exec failed: ';
/** No report is longer. */
const MAX_HELD_BYTES = 4096;

export function createStartFailureFilter(attempt: Attempt, onOutput: OnOutput): StartFailureFilter {
  let held: Uint8Array[] | null = [];

  function release(): void {
    const chunks = held ?? [];
    held = null;
    for (const chunk of chunks) onOutput('stdout', chunk);
  }

  return {
    onOutput: (stream, chunk) => {
      if (held === null) return onOutput(stream, chunk);
      if (stream === 'stdout') {
        held.push(Uint8Array.from(chunk)); // a copy: the stream may use its buffer again
        const text = textOf(held);
        const fits = text.startsWith(REPORT) || REPORT.startsWith(text);
        if (fits && text.length <= MAX_HELD_BYTES) return;
        return release();
      }
      release();
      onOutput(stream, chunk);
    },
    isPassed: () => held === null,
    finish: (exitCode) => {
      const text = held === null ? '' : textOf(held);
      if ((exitCode === 126 || exitCode === 127) && text.startsWith(REPORT)) return startFault(attempt, text);
      release();
      return null;
    },
  };
}

/** `words` as the engine has them, for example `OCI runtime exec failed: ... "nope": executable file not found in $PATH`. */
export function startFault({ program, cwd }: Attempt, words: string): OperatorError {
  if (/chdir to cwd|mkdir .*: read-only file system/.test(words)) return noDirectory(cwd);
  if (/executable file not found|no such file or directory/.test(words)) return noProgram(program);
  if (/permission denied|exec format error|is a directory/.test(words)) return notRunnable(program);
  return new OperatorError('internal', `Docker could not run the command: ${engineWords(words)}`);
}

const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('latin1');
