// The one binary: reads the command line, hands over to a composition root, and turns what comes back into an exit code.
// With src/compose the only code that touches process.

import './compose/require-node.ts';
import { createWriteStream, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { type Command, parseCommand } from './cli/arguments.ts';
import { USAGE } from './cli/arguments/usage.ts';
import { runCheck } from './cli/check.ts';
import { inputFiles } from './cli/check/input-files.ts';
import { runRules } from './cli/rules.ts';
import { exitCodeOfFault, exitCodeOfUsage } from './cli/exit-codes.ts';
import { runMcp } from './compose/mcp.ts';
import { readProgram } from './compose/programs/read-program.ts';
import { type AnyProgram, runRole } from './compose/programs/run-role.ts';
import { runExtend } from './compose/extend-command.ts';
import { readPolicy } from './compose/policy-file.ts';
import { runSelfTest } from './compose/self-test/self-test.ts';
import { runForSession } from './compose/session-command.ts';
import { runUp } from './compose/up/up.ts';
import { assertNever } from './lib/assert-never.ts';
import { asOperatorError } from './lib/errors.ts';
import { escapeInvisibleLines } from './lib/visible-text.ts';
import type { Log } from './ports/log.ts';
import { createLogger } from './process/logger.ts';
import { createShutdown, type Shutdown } from './process/shutdown.ts';
import type { LogLevel } from './model/log-level.ts';
import { PROGRAM_VERSION } from './version.ts';

/** For the roles to drain, the containers to go and the control plane to end. */
const SHUTDOWN_MS = 25_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
/** Some texts come from elsewhere, and a terminal does what it is told. */
const complain = (text: string): void => void process.stderr.write(`error: ${escapeInvisibleLines(text)}\n`);

// Pooled connections and timers of libraries must not keep an ended program alive.
process.exit(await main(process.argv.slice(2)));

async function main(argv: readonly string[]): Promise<number> {
  const problem = debugProblem(process.env['DEBUG']);
  if (problem !== null) {
    complain(problem);
    return 1;
  }
  const command = parseCommand(argv);
  if (!command.ok) {
    for (const problem of command.error) complain(problem);
    process.stderr.write('Run `mcpsession help` for the commands and their options.\n');
    return exitCodeOfUsage(argv);
  }
  try {
    return await run(command.value);
  } catch (thrown) {
    const error = asOperatorError(thrown);
    complain(error.message);
    return exitCodeOfFault(error);
  }
}

async function run(command: Command): Promise<number> {
  switch (command.run) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      say(PROGRAM_VERSION);
      return 0;
    case 'check': {
      const set = await readPolicy({ file: command.options.policyFile, environment: process.env });
      const { policy } = set.profiles[command.options.profile ?? set.defaultProfile];
      const write = (text: string) => void process.stdout.write(text);
      const writeError = (text: string) => void process.stderr.write(text);
      return runCheck({ ...inputFiles(process.stdin), ...command.options, policy, write, writeError });
    }
    case 'rules':
      return runRules({
        ...command.options,
        write: (text) => void process.stdout.write(text),
        writeError: (text) => void process.stderr.write(text),
      });
    case 'up':
      return withShutdown(openLog(command.options.logLevel), async (shutdown, log) => {
        const openLog = (file: string) => log.toFile(file);
        const host = { environment: process.env, home: homedir(), version: PROGRAM_VERSION, say, openLog };
        await runUp(command.options, host, shutdown);
      });
    case 'mcp':
      return withShutdown(openLog(command.options.logLevel), async (shutdown, log) => {
        await runMcp(command.options, { version: PROGRAM_VERSION, log: log.toStderr }, shutdown.signal);
      });
    case 'role': {
      const given = { configFile: command.options.configFile, environment: process.env };
      const program = (await readProgram(command.role, given)) as AnyProgram; // its settings are those of its role
      const log = createLogger({ destination: process.stdout, level: program.settings.logLevel });
      return withShutdown({ toStderr: log }, (shutdown) =>
        runRole(program, { version: PROGRAM_VERSION, log }, shutdown),
      );
    }
    case 'self-test':
      say(await runSelfTest(command.options, { version: PROGRAM_VERSION, environment: process.env }));
      return 0;
    case 'extend':
      say(await runExtend(command.options, { version: PROGRAM_VERSION }));
      return 0;
    case 'exec':
    case 'logs':
    case 'cp':
    case 'port-forward':
      return runForSession(command, { version: PROGRAM_VERSION });
    default:
      return assertNever(command);
  }
}

/** A stop that a person asked for is a good end, whatever it interrupted. */
async function withShutdown<Logs extends { readonly toStderr: Log }>(
  log: Logs,
  act: (shutdown: Shutdown, log: Logs) => Promise<void>,
): Promise<number> {
  const exit = (code: number) => process.exit(code);
  const shutdown = createShutdown({ source: process, exit, log: log.toStderr, deadlineMs: SHUTDOWN_MS });
  try {
    await act(shutdown, log);
    return 0;
  } catch (thrown) {
    if (shutdown.signal.aborted) return 0;
    throw thrown;
  } finally {
    await shutdown.close();
  }
}

function openLog(level: LogLevel): { readonly toStderr: Log; readonly toFile: (file: string) => Log } {
  return {
    toStderr: createLogger({ destination: process.stderr, level: level === 'info' ? 'warn' : level }),
    toFile: (file) => {
      keepLast(file);
      return createLogger({ destination: createWriteStream(file, { flags: 'a', mode: 0o600 }), level });
    },
  };
}

/** One log per run, and that of the run before: a directory of state does not grow for ever. */
function keepLast(file: string): void {
  try {
    renameSync(file, `${file}.1`);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown; // anything but a first run
  }
}

/** The engine client would print whole answers, environment values of sessions included. */
function debugProblem(debug: string | undefined): string | null {
  if (debug === undefined || !/modem|\*/.test(debug)) return null;
  return `DEBUG=${debug} would print secrets of sessions; unset it and use --log-level debug`;
}
