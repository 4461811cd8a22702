// `exec --attach`: the kept output of a command from its start, then what comes, until it ends. Nothing of the command depends on it.

import { OperatorError } from '../../../lib/errors.ts';
import type { ExecRecord } from '../../../model/node-protocol.ts';
import type { OutputStream } from '../../../ports/container-access.ts';
import { exitCodeOfRecord } from '../../exit-codes.ts';
import { note } from '../output.ts';
import type { Console, SessionClient } from '../session-client.ts';
import { type CommandOutput, commandOutput } from './command-output.ts';

const PAGE_BYTES = 262_144;
/** Between two looks at a command that still runs: short while it writes, longer while it is silent. */
const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;

interface AttachWorld {
  readonly console: Console;
  readonly client: SessionClient;
}

/** Resolves with the exit code of the command. */
export async function attach(execId: string, world: AttachWorld, signal: AbortSignal): Promise<number> {
  const { access, session } = world.client;
  const output = commandOutput(world.console, 'made safe');
  const streams = (['stdout', 'stderr'] as const).map((stream) => new KeptStream({ execId, stream, output, world }));
  let waitMs = SHORTEST_WAIT_MS;
  for (;;) {
    let read = 0;
    for (const stream of streams) read += await stream.readAll(signal);
    if (streams.every((stream) => stream.isAtEnd)) break;
    waitMs = read > 0 ? SHORTEST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    const { running } = await access.execRecord(session, execId, waitMs, signal);
    // Ended, and yet no end of its output: something that it left behind may hold the pipes for ever.
    if (!running && read === 0) break;
  }
  await output.end();
  const record = await access.execRecord(session, execId, 0, signal);
  if (record.running) throw new OperatorError('internal', `the command ${execId} runs on, but its output has ended`);
  sayHowItEnded(world.console, record);
  return exitCodeOfRecord(record);
}

export function sayHowItEnded({ stderr }: Console, record: ExecRecord): void {
  if (record.timedOut) note(stderr, `The command was killed at its time limit, after ${record.durationMs / 1000} s.`);
  if (record.containerEnded) note(stderr, 'The container of the session ended with the command.');
}

interface KeptStreamParts {
  readonly execId: string;
  readonly stream: OutputStream;
  readonly output: CommandOutput;
  readonly world: AttachWorld;
}

/** One stream of a command, read page by page. */
class KeptStream {
  isAtEnd = false;
  #offset = 0;
  readonly #of: KeptStreamParts;

  constructor(of: KeptStreamParts) {
    this.#of = of;
  }

  /** Everything that there is now; resolves with the number of bytes. */
  async readAll(signal: AbortSignal): Promise<number> {
    const { execId, stream, output, world } = this.#of;
    const { access, session } = world.client;
    let total = 0;
    while (!this.isAtEnd) {
      const asked = { execId, stream, offset: this.#offset, limit: PAGE_BYTES };
      const page = await access.execOutput(session, asked, signal);
      const bytes = Buffer.from(page.data, 'base64');
      const missing = page.offset - this.#offset;
      if (missing > 0) note(world.console.stderr, `[... ${missing} bytes of ${stream} were not kept ...]`);
      if (bytes.byteLength > 0) await output.write(stream, bytes);
      this.isAtEnd = page.end;
      total += bytes.byteLength;
      if (page.nextOffset <= this.#offset) break;
      this.#offset = page.nextOffset;
    }
    return total;
  }
}
