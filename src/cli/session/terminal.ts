// The terminal in front of the program. Raw mode is given back on every way out: a shell without echo is what people remember.

import type { TerminalSize } from '../../ports/container-access.ts';

export interface Terminal {
  setRaw(isRaw: boolean): void;
  size(): TerminalSize;
  /** Returns what stops the listening. */
  onResize(listener: () => void): () => void;
  /** The process ends, whatever ends it. Returns what stops the listening. */
  onExit(listener: () => void): () => void;
}

/** Runs `act` with every key as a byte: no echo, no lines, no signals from the keyboard. */
export async function withRawMode<T>(terminal: Terminal, act: () => Promise<T>): Promise<T> {
  let isRaw = true;
  const restore = (): void => {
    if (!isRaw) return;
    isRaw = false;
    terminal.setRaw(false);
  };
  const forget = terminal.onExit(restore);
  terminal.setRaw(true);
  try {
    return await act();
  } finally {
    restore();
    forget();
  }
}
