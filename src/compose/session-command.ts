// The commands of a person against one session, with this process's own streams, signals and terminal around them.

import type { WriteStream } from 'node:tty';
import type { SessionCommand } from '../cli/arguments.ts';
import { inputFrom } from '../cli/session/input.ts';
import { outputTo } from '../cli/session/output.ts';
import { listen } from '../cli/session/port-forward/listen.ts';
import { runSessionCommand } from '../cli/session/run.ts';
import { type Console, STOP_SIGNALS, type StopSignal } from '../cli/session/session-client.ts';
import type { Terminal } from '../cli/session/terminal.ts';
import { systemClock } from '../process/system-clock.ts';
import { findSessionClient, openConnection, type PersonConnection } from './session-client.ts';

const DEFAULT_SIZE = { rows: 24, columns: 80 };

/** Resolves with the exit code. Rejects with OperatorError. */
export async function runForSession(command: SessionCommand, host: { readonly version: string }): Promise<number> {
  const { connection: options, session } = command.options;
  let connection: PersonConnection | null = null;
  const connect = (signal: AbortSignal) => {
    connection = openConnection(options, `mcpsession-${command.run}/${host.version}`);
    return findSessionClient(connection, session, signal);
  };
  try {
    return await runSessionCommand(command, { console: consoleOfProcess(), connect, listen });
  } finally {
    await closeAll(connection);
  }
}

/** A function, because the compiler believes that nobody assigned the variable above. */
const closeAll = async (connection: PersonConnection | null): Promise<void> => connection?.close();

function consoleOfProcess(): Console {
  return {
    stdin: inputFrom(process.stdin),
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    terminal: process.stdin.isTTY ? terminalOfProcess() : null,
    clock: systemClock,
    onSignal(listener) {
      const names = Object.keys(STOP_SIGNALS) as StopSignal[]; // the keys are the type
      const listeners = names.map((name) => ({ name, onSignal: () => listener(name) }));
      for (const { name, onSignal } of listeners) process.on(name, onSignal);
      return () => {
        for (const { name, onSignal } of listeners) process.removeListener(name, onSignal);
      };
    },
  };
}

function terminalOfProcess(): Terminal {
  const shown: WriteStream | undefined = [process.stdout, process.stderr].find((stream) => stream.isTTY);
  return {
    setRaw: (isRaw) => void process.stdin.setRawMode(isRaw),
    size: () => ({ rows: shown?.rows || DEFAULT_SIZE.rows, columns: shown?.columns || DEFAULT_SIZE.columns }),
    onResize(listener) {
      shown?.on('resize', listener);
      return () => void shown?.removeListener('resize', listener);
    },
    onExit(listener) {
      process.on('exit', listener);
      return () => void process.removeListener('exit', listener);
    },
  };
}
