// The client's end of an interactive command: messages over one connection.

import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { OperatorError } from '../lib/errors.ts';
import { errorFrameSchema, execRecordSchema, type InteractiveExit } from '../model/node-protocol.ts';
import type { ExecChannel } from '../ports/node-access.ts';
import { writeAll } from '../process/node-protocol/drained.ts';
import { encodeBytes, encodeMessage, MESSAGE, type Message, MessageReader } from '../process/node-protocol/messages.ts';
import { parseMessage, readMessages } from './read-messages.ts';
import { faultOfFrame } from './node-faults.ts';

/** The other side has started the command before it answers 101; only its name is to come. */
const STARTED_WITHIN_MS = 30_000;

const startedSchema = z.strictObject({ execId: z.string().min(1).max(64) });
const errorSchema = errorFrameSchema.omit({ type: true });

/** The channel once the other side has named the command. `kill` ends it by a request of its own, which no input stands before. */
export async function openExecChannel(
  socket: Duplex,
  kill: (execId: string) => void,
  signal: AbortSignal,
): Promise<ExecChannel> {
  const messages = messagesOf(socket);
  const first = await nextOrGiveUp(messages, socket, signal);
  if (first.done === true) throw lost();
  if (first.value.type === MESSAGE.error) throw faultOfFrame(parseMessage(first.value, errorSchema));
  if (first.value.type !== MESSAGE.started) throw unexpected(first.value);
  const { execId } = parseMessage(first.value, startedSchema);
  const send = (message: Uint8Array): void => {
    if (!socket.destroyed && !socket.writableEnded) socket.write(message);
  };
  return {
    execId,
    async write(bytes) {
      for (const message of encodeBytes(MESSAGE.stdin, bytes)) await writeAll(socket, message);
    },
    endInput: () => send(encodeMessage(MESSAGE.stdinEnd)),
    resize({ rows, columns }) {
      const size = Buffer.alloc(4);
      size.writeUInt16BE(rows, 0);
      size.writeUInt16BE(columns, 2);
      send(encodeMessage(MESSAGE.resize, size));
    },
    sendSignal: (signal) => send(encodeMessage(MESSAGE.signal, Buffer.from([signal]))),
    kill: () => kill(execId),
    follow: (onOutput) => follow(messages, onOutput),
    close: () => socket.destroy(),
  };
}

/** The first message; the socket does not outlive the wait for it. */
async function nextOrGiveUp(messages: AsyncGenerator<Message, undefined>, socket: Duplex, signal: AbortSignal) {
  const giveUp = () => socket.destroy();
  const timer = setTimeout(giveUp, STARTED_WITHIN_MS);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await messages.next();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

async function follow(
  messages: AsyncIterable<Message>,
  onOutput: Parameters<ExecChannel['follow']>[0],
): Promise<InteractiveExit> {
  for await (const message of messages) {
    switch (message.type) {
      case MESSAGE.stdout:
        await onOutput('stdout', message.payload);
        break;
      case MESSAGE.stderr:
        await onOutput('stderr', message.payload);
        break;
      case MESSAGE.exit:
        return parseMessage(message, execRecordSchema);
      case MESSAGE.error:
        throw faultOfFrame(parseMessage(message, errorSchema));
      default:
        throw unexpected(message);
    }
  }
  throw lost();
}

/** A connection that breaks ends like one that is closed: both lack the last message. */
async function* messagesOf(socket: Duplex): AsyncGenerator<Message, undefined> {
  const bytes = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>; // of a socket without encoding
  try {
    yield* readMessages(bytes, new MessageReader());
  } catch (thrown) {
    if (thrown instanceof OperatorError) throw thrown;
    throw lost();
  }
}

const lost = (): OperatorError =>
  new OperatorError('unavailable', 'the connection to the command was lost; the command goes on');
const unexpected = ({ type }: Message): OperatorError =>
  new OperatorError('internal', `the node API sent a message of type ${type}, which has no place there`);
