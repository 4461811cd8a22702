// Output of a command on its way to our own: byte by byte into files and pipes, and safe to look at where a person looks.

import type { OutputStream } from '../../../ports/container-access.ts';
import type { Console } from '../session-client.ts';
import { TerminalText } from '../terminal-text.ts';

export interface CommandOutput {
  /** Rejects with OutputClosed. */
  write(stream: OutputStream, bytes: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** `as it is` for a command that has a terminal of its own: it is meant to steer ours. */
export function commandOutput(console: Console, terminals: 'as it is' | 'made safe'): CommandOutput {
  const texts = new Map<OutputStream, TerminalText>();
  const textOf = (stream: OutputStream): TerminalText | null => {
    if (terminals === 'as it is' || !console[stream].isTerminal) return null;
    const known = texts.get(stream) ?? new TerminalText();
    texts.set(stream, known);
    return known;
  };
  return {
    write: (stream, bytes) => console[stream].write(textOf(stream)?.push(bytes) ?? bytes),
    async end() {
      for (const [stream, text] of texts) await console[stream].write(text.end());
    },
  };
}
