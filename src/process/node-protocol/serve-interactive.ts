// One interactive command over an upgraded connection: messages in, messages out, each direction as fast as its reader.

import type { Duplex } from 'node:stream';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { ExecChannel } from '../../ports/node-access.ts';
import { createSpentBuffers } from '../spent-buffers.ts';
import { writeAll } from './drained.ts';
import { logFault } from './exchange.ts';
import { publicFault } from './json-lines.ts';
import { encodeBytes, encodeJsonMessage, MESSAGE, type Message, MessageReader } from './messages.ts';
import { STREAM_LIMITS, type StreamLimits, watchStream } from './stream-limits.ts';

/** Resolves when the connection is over. Whatever ends it but the command's own end lets go of the command. Never rejects. */
export async function serveInteractive(
  socket: Duplex,
  channel: ExecChannel,
  log: Log,
  limits: StreamLimits = STREAM_LIMITS,
): Promise<void> {
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // told below, as long as anybody waits
  const watch = watchStream(limits, failed.reject);
  const onClose = () => failed.reject(new OperatorError('cancelled', 'the client of the command has gone'));
  if (socket.closed || socket.destroyed) onClose();
  else socket.once('close', onClose);
  try {
    await writeAll(socket, encodeJsonMessage(MESSAGE.started, { execId: channel.execId }));
    takeInput({ socket, channel, touch: watch.touch }).catch(failed.reject);
    const passed = createSpentBuffers();
    const followed = channel.follow(async (stream, bytes) => {
      watch.touch();
      for (const message of encodeBytes(MESSAGE[stream], bytes)) await writeAll(socket, message);
      passed(bytes.byteLength);
    });
    const exit = await Promise.race([followed, failed.promise]);
    socket.end(encodeJsonMessage(MESSAGE.exit, exit));
  } catch (thrown) {
    if (!socket.destroyed) logFault(log, thrown);
    socket.end(encodeJsonMessage(MESSAGE.error, publicFault(asOperatorError(thrown))));
  } finally {
    watch.stop();
    channel.close();
    socket.resume(); // what the client still sends is of no use; its end is awaited
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }
}

/** A client has so long to take the last message and to close. */
const LINGER_MS = 10_000;

interface Input {
  readonly socket: Duplex;
  readonly channel: ExecChannel;
  readonly touch: () => void;
}

/** Reads no further while the command takes nothing. Rejects with `invalid` for what is no message of a client. */
async function takeInput({ socket, channel, touch }: Input): Promise<void> {
  const reader = new MessageReader();
  const passed = createSpentBuffers();
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      touch();
      passed(chunk.byteLength);
      for (const message of reader.push(chunk)) await take(message, channel);
    }
  } catch (thrown) {
    if (thrown instanceof OperatorError) throw thrown;
    throw new OperatorError('cancelled', 'the connection of the client broke', { cause: thrown });
  }
}

async function take({ type, payload }: Message, channel: ExecChannel): Promise<void> {
  const view = Buffer.from(payload);
  switch (type) {
    case MESSAGE.stdin:
      return channel.write(view);
    case MESSAGE.stdinEnd:
      return channel.endInput();
    case MESSAGE.resize:
      if (view.byteLength !== 4) throw malformed();
      return channel.resize({ rows: view.readUInt16BE(0), columns: view.readUInt16BE(2) });
    case MESSAGE.signal:
      if (view.byteLength !== 1) throw malformed();
      return channel.sendSignal(view.readUInt8(0));
    case MESSAGE.kill:
      return channel.kill();
    default:
      throw new OperatorError('invalid', `a client sends no message of type ${type}`);
  }
}

const malformed = (): OperatorError => new OperatorError('invalid', 'a message is not as long as its type');
