// One command from its first output to its exit frame. The container keeps the first and the last part of the output; what it sends is
// bounded here again, because it is a claim of a program that runs beside the session's own.

import type { ExecFrame } from '../model/node-protocol.ts';
import type { CommandState, OutputPart, OutputStream } from '../ports/container-access.ts';
import type { BoundedCommand } from './exec-limits.ts';
import type { TrackedCommand } from './tracked-command.ts';

/** Bytes per frame: base64 makes a line of 64 KiB of it. */
const FRAME_BYTES = 48 * 1024;

type SendFrame = (frame: ExecFrame) => void | Promise<void>;

/** Resolves when the exit frame is out. Rejects with the fault of ContainerAccess; aborting `signal` lets go of the command. */
export async function followToExit(tracked: TrackedCommand, maxBytes: number, send: SendFrame, signal: AbortSignal) {
  const sent = { stdout: new SentOutput('stdout', maxBytes, send), stderr: new SentOutput('stderr', maxBytes, send) };
  const state = await tracked.follow((part) => sent[part.stream].take(part), signal);
  const missing = (await sent.stdout.finish(state.stdoutBytes)) + (await sent.stderr.finish(state.stderrBytes));
  await send(exitFrame(state, missing > 0));
}

/** Writes the first input; after the command's end, or when the container is gone, there is nobody to write to. */
export async function feed(
  { command }: TrackedCommand,
  { stdin, keepInputOpen }: BoundedCommand,
  signal: AbortSignal,
): Promise<void> {
  if (stdin === null) return;
  try {
    if (stdin.byteLength > 0) await command.write(stdin, signal);
    if (!keepInputOpen) await command.endInput();
  } catch {
    // The command ended or its container did: the frames say so.
  }
}

class SentOutput {
  readonly #stream: OutputStream;
  readonly #maxBytes: number;
  readonly #send: SendFrame;
  /** Offset after the last byte that was sent or told to be missing. */
  #next = 0;
  #sentBytes = 0;
  #omittedBytes = 0;

  constructor(stream: OutputStream, maxBytes: number, send: SendFrame) {
    this.#stream = stream;
    this.#maxBytes = maxBytes;
    this.#send = send;
  }

  async take({ offset, bytes }: OutputPart): Promise<void> {
    const kept = bytes.subarray(0, Math.max(0, this.#maxBytes - this.#sentBytes));
    if (kept.byteLength === 0) return; // told by finish
    await this.#skipTo(offset);
    for (let at = 0; at < kept.byteLength; at += FRAME_BYTES) {
      const data = Buffer.from(kept.subarray(at, at + FRAME_BYTES)).toString('base64');
      await this.#send({ type: 'output', stream: this.#stream, data });
    }
    this.#sentBytes += kept.byteLength;
    this.#next += kept.byteLength;
  }

  /** Bytes that were left out in all, told by now. */
  async finish(writtenBytes: number): Promise<number> {
    await this.#skipTo(writtenBytes);
    return this.#omittedBytes;
  }

  async #skipTo(offset: number): Promise<void> {
    const bytes = offset - this.#next;
    if (bytes <= 0) return;
    this.#next = offset;
    this.#omittedBytes += bytes;
    await this.#send({ type: 'omitted', stream: this.#stream, bytes });
  }
}

const exitFrame = (state: CommandState, truncated: boolean): ExecFrame => ({
  type: 'exit',
  exitCode: state.exitCode,
  signal: state.signal,
  timedOut: state.timedOut,
  durationMs: state.durationMs,
  stdoutBytes: state.stdoutBytes,
  stderrBytes: state.stderrBytes,
  truncated,
  containerEnded: state.containerEnded,
});
