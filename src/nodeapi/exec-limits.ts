// What a command may ask of a node: policy limits and the shapes that no engine should ever see. Pure.
// Above a maximum a request is refused with the number; left out it gets the default; nothing is altered silently (design.md 8.21).

import { posix } from 'node:path';
import { err, ok, type Result } from '../lib/result.ts';
import { shownValue } from '../lib/visible-text.ts';
import type { ExecCommand } from '../model/node-protocol.ts';
import type { Policy } from '../model/policy.ts';
import type { CommandToRun } from '../ports/container-access.ts';
import { workingDirProblem } from '../rules/container-path.ts';

export interface BoundedCommand {
  readonly run: Omit<CommandToRun, 'execId' | 'user'>;
  /** Most bytes of each output stream that leave the node. */
  readonly maxOutputBytes: number;
}

/** The command with defaults filled in, or one sentence that says which limit it breaks. */
export function boundCommand(
  command: ExecCommand,
  workingDir: string,
  limits: Policy['exec'],
): Result<BoundedCommand, string> {
  const timeoutSeconds = command.timeoutSeconds ?? limits.defaultTimeoutSeconds;
  if (timeoutSeconds > limits.maxTimeoutSeconds) {
    return err(`timeout of ${timeoutSeconds} s is above the maximum of ${limits.maxTimeoutSeconds} s`);
  }
  const maxOutputBytes = command.maxOutputBytes ?? limits.maxOutputBytes;
  if (maxOutputBytes > limits.maxOutputBytes) {
    return err(`output limit of ${maxOutputBytes} bytes is above the maximum of ${limits.maxOutputBytes} bytes`);
  }
  const stdin = command.stdin === null ? ok(null) : decodeBase64(command.stdin);
  if (!stdin.ok) return stdin;
  const problem = shapeProblem(command);
  if (problem !== null) return err(problem);
  const cwd = command.cwd === null ? null : posix.resolve(workingDir, command.cwd);
  const place = cwd === null ? null : workingDirProblem(cwd);
  if (cwd !== null && place !== null) return err(`the working directory ${shownValue(cwd)} ${place}`);
  return ok({
    run: { argv: command.argv, env: command.env, cwd, stdin: stdin.value, timeoutMs: timeoutSeconds * 1000 },
    maxOutputBytes,
  });
}

function shapeProblem(command: ExecCommand): string | null {
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
