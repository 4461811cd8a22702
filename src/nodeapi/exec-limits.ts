// What a command may ask of a node: policy limits and the shapes that no engine should ever see. Pure.
// Above a maximum a request is refused with the number; left out it gets the default; nothing is altered silently (design.md 8.21).

import { posix } from 'node:path';
import { err, ok, type Result } from '../lib/result.ts';
import { shownValue } from '../lib/visible-text.ts';
import type { ExecCommand, InteractiveCommand } from '../model/node-protocol.ts';
import type { Policy } from '../model/policy.ts';
import type { CommandToStart } from '../ports/container-access.ts';
import { workingDirProblem } from '../rules/container-path.ts';

export interface BoundedCommand {
  readonly start: Omit<CommandToStart, 'execId' | 'user'>;
  /** Written first; null for none. */
  readonly stdin: Uint8Array | null;
  readonly keepInputOpen: boolean;
}

/** Where the command runs. */
interface Place {
  readonly workingDir: string;
  readonly limits: Policy['exec'];
}

/** The command with defaults filled in, or one sentence that says which limit it breaks. */
export function boundCommand(command: ExecCommand, place: Place): Result<BoundedCommand, string> {
  const { limits } = place;
  const keepBytes = command.maxOutputBytes ?? limits.maxOutputBytes;
  if (keepBytes > limits.maxOutputBytes) {
    return err(`output limit of ${keepBytes} bytes is above the maximum of ${limits.maxOutputBytes} bytes`);
  }
  const stdin = command.stdin === null ? ok(null) : decodeBase64(command.stdin);
  if (!stdin.ok) return stdin;
  const common = boundCommon(command, place, command.background ? background(limits) : foreground(limits));
  if (!common.ok) return common;
  const open = stdin.value !== null || command.keepInputOpen;
  return ok({
    start: { ...common.value, stdin: open ? 'open' : 'none', tty: null, keepBytes, lossless: false },
    stdin: stdin.value,
    keepInputOpen: command.keepInputOpen,
  });
}

/** A command that somebody sits in front of: as long as one in the background, and not a byte of its output is lost. */
export function boundInteractive(command: InteractiveCommand, place: Place): Result<BoundedCommand['start'], string> {
  const common = boundCommon(command, place, background(place.limits));
  if (!common.ok) return common;
  const { stdin, tty } = command;
  const keepBytes = place.limits.maxOutputBytes;
  return ok({ ...common.value, stdin: stdin ? 'open' : 'none', tty, keepBytes, lossless: true });
}

interface TimeLimits {
  readonly defaultSeconds: number;
  readonly maxSeconds: number;
}

const foreground = (limits: Policy['exec']): TimeLimits => ({
  defaultSeconds: limits.defaultTimeoutSeconds,
  maxSeconds: limits.maxTimeoutSeconds,
});

/** Nobody waits for it, so it may take all the time there is. */
const background = ({ maxBackgroundSeconds }: Policy['exec']): TimeLimits => ({
  defaultSeconds: maxBackgroundSeconds,
  maxSeconds: maxBackgroundSeconds,
});

type Common = Pick<ExecCommand, 'argv' | 'env' | 'cwd' | 'timeoutSeconds'>;

function boundCommon(
  command: Common,
  { workingDir }: Place,
  time: TimeLimits,
): Result<Pick<CommandToStart, 'argv' | 'env' | 'cwd' | 'timeoutMs'>, string> {
  const timeoutSeconds = command.timeoutSeconds ?? time.defaultSeconds;
  if (timeoutSeconds > time.maxSeconds) {
    return err(`timeout of ${timeoutSeconds} s is above the maximum of ${time.maxSeconds} s`);
  }
  const problem = shapeProblem(command);
  if (problem !== null) return err(problem);
  const cwd = command.cwd === null ? null : posix.resolve(workingDir, command.cwd);
  const place = cwd === null ? null : workingDirProblem(cwd);
  if (cwd !== null && place !== null) return err(`the working directory ${shownValue(cwd)} ${place}`);
  return ok({ argv: command.argv, env: command.env, cwd, timeoutMs: timeoutSeconds * 1000 });
}

function shapeProblem(command: Common): string | null {
  if (command.argv[0] === '') return 'the program name is empty';
  if (command.argv.some(hasNul)) return 'an argument holds a NUL character';
  if (command.cwd !== null && hasNul(command.cwd)) return 'the working directory holds a NUL character';
  if (command.env.some(({ name }) => name.includes('=') || hasNul(name))) return 'an environment name holds "=" or NUL';
  if (command.env.some(({ value }) => hasNul(value))) return 'an environment value holds a NUL character';
  return null;
}

function decodeBase64(text: string): Result<Uint8Array, string> {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? ok(bytes) : err('standard input is not canonical base64');
}

const hasNul = (text: string): boolean => text.includes('\0');
