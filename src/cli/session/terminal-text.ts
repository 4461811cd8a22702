// Output of a session on its way to a person's terminal: what steers a terminal is taken out (security.md 8). Only a command that was
// given a terminal of its own (-t) writes to it directly.

import { StringDecoder } from 'node:string_decoder';
import { neutralise } from '../../lib/neutralise.ts';

/** Bytes in, text out; characters and line ends may fall on the border of two pieces. */
export class TerminalText {
  readonly #decoder = new StringDecoder('utf8');
  #held = '';

  push(bytes: Uint8Array): string {
    return this.#shown(this.#held + this.#decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
  }

  end(): string {
    const rest = neutralise(this.#held + this.#decoder.end());
    this.#held = '';
    return rest;
  }

  /** A CR at the end may be half of a line end. An escape that is cut in two loses its ESC, and with it all its power. */
  #shown(text: string): string {
    this.#held = text.endsWith('\r') ? '\r' : '';
    return neutralise(this.#held === '' ? text : text.slice(0, -1));
  }
}
