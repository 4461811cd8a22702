// Binary messages from a server that is trusted only so far: what does not parse is its fault, not ours.

import type { z } from 'zod';
import { OperatorError } from '../lib/errors.ts';
import { jsonOf, type Message, type MessageReader } from '../process/node-protocol/messages.ts';

/** Throws `internal` for bytes that are no messages. */
export async function* readMessages(
  bytes: AsyncIterable<Uint8Array>,
  reader: MessageReader,
): AsyncGenerator<Message, undefined> {
  for await (const chunk of bytes) yield* blamed(() => reader.push(chunk));
}

export function parseMessage<T>(message: Message, schema: z.ZodType<T>): T {
  return blamed(() => schema.parse(jsonOf(message)));
}

function blamed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new OperatorError('internal', 'the node API sent a message that does not fit the protocol', { cause });
  }
}
