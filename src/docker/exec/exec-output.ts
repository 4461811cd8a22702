// Output of a command as this process keeps it, for whoever follows or reads it: what the session init does in the container for
// the sessions that have one.

import { OutputWindow } from '../../lib/output-window.ts';
import type { OutputPart, OutputStream } from '../../ports/container-access.ts';
import { orAborted } from '../../process/deadline.ts';

const STREAMS = ['stdout', 'stderr'] as const;
const MAX_PART_BYTES = 32_768;
/** Of a lossless command per stream: what may be unread, and room for it, since the engine's pieces come as they are. */
const LOSSLESS_UNREAD_BYTES = 128 * 1024;
const LOSSLESS_KEEP_BYTES = 512 * 1024;

export interface ExecOutputOptions {
  readonly keepBytes: number;
  readonly lossless: boolean;
}

export class ExecOutput {
  readonly #lossless: boolean;
  readonly #windows: Readonly<Record<OutputStream, OutputWindow>>;
  #change = Promise.withResolvers<void>();
  #isOver = false;
  /** Up to where the one follower has taken each stream, or the first one will; null when it has left. */
  #taken: Readonly<Record<OutputStream, number>> | null = { stdout: 0, stderr: 0 };

  constructor({ keepBytes, lossless }: ExecOutputOptions) {
    this.#lossless = lossless;
    const bytes = Math.max(2, lossless ? Math.max(keepBytes, LOSSLESS_KEEP_BYTES) : keepBytes);
    this.#windows = { stdout: new OutputWindow(bytes), stderr: new OutputWindow(bytes) };
  }

  get heldBytes(): number {
    return this.#windows.stdout.heldBytes + this.#windows.stderr.heldBytes;
  }

  get producedBytes(): { readonly stdoutBytes: number; readonly stderrBytes: number } {
    return { stdoutBytes: this.#windows.stdout.producedBytes, stderrBytes: this.#windows.stderr.producedBytes };
  }

  push(stream: OutputStream, chunk: Uint8Array): void {
    this.#windows[stream].push(chunk);
    this.#changed();
  }

  /** Nothing will follow. */
  finish(): void {
    this.#isOver = true;
    this.#changed();
  }

  /** Resolves when a follower of a lossless command is not too far behind. */
  async room(): Promise<void> {
    while (this.#isBehind()) await this.#change.promise;
  }

  read({ stream, offset, limit }: { readonly stream: OutputStream; readonly offset: number; readonly limit: number }) {
    const window = this.#windows[stream];
    const part = window.read({ offset, limit, withTail: true });
    return { stream, ...part, end: this.#isOver && part.offset + part.bytes.byteLength >= window.producedBytes };
  }

  /** Hands on what is kept until all is over. Rejects with the reason of `signal`, or with what `onOutput` rejects with. */
  async follow(
    from: Readonly<Record<OutputStream, number>>,
    onOutput: (part: OutputPart) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const taken = { ...from };
    this.#taken = taken;
    try {
      for (;;) {
        signal.throwIfAborted();
        const { promise } = this.#change;
        const isOver = this.#isOver;
        const parts = STREAMS.map((stream) => this.#next(stream, taken[stream])).filter(
          ({ bytes }) => bytes.byteLength > 0,
        );
        for (const part of parts) {
          const taking = onOutput(part);
          if (taking !== undefined) await orAborted(taking, signal);
          taken[part.stream] = part.offset + part.bytes.byteLength;
          this.#changed();
        }
        if (parts.length === 0 && isOver) return;
        if (parts.length === 0) await orAborted(promise, signal);
      }
    } finally {
      if (this.#taken === taken) this.#taken = null;
      this.#changed();
    }
  }

  #next(stream: OutputStream, offset: number): OutputPart {
    const withTail = this.#isOver || this.#lossless;
    return { stream, ...this.#windows[stream].read({ offset, limit: MAX_PART_BYTES, withTail }) };
  }

  #isBehind(): boolean {
    const taken = this.#taken;
    if (taken === null || !this.#lossless || this.#isOver) return false;
    return STREAMS.some((stream) => this.#windows[stream].producedBytes - taken[stream] > LOSSLESS_UNREAD_BYTES);
  }

  #changed(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers<void>();
  }
}
