// Attach and exec: requests that turn into a raw connection, and the fates that they can have.

import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Director, Effect, ProgramName, Verdict } from './director.ts';
import { syntheticAnswer } from './synthetic-answer.ts';
import { pause, RELAYED_MS } from './upstream.ts';

export interface Upgrading {
  readonly program: ProgramName;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly socketPath: string;
  readonly director: Director;
  /** Resolves when the other side may be reached. */
  readonly open: () => Promise<void>;
  /** The connections that are open now, by the program's end: their paths. */
  readonly joined: Map<Duplex, string>;
}

export async function upgrade(upgrading: Upgrading): Promise<void> {
  const { program, request, socket, director, open } = upgrading;
  const { method = 'POST', url: path = '/' } = request;
  await open();
  const { body, rest } = await bodyBefore(upgrading);
  const { effect, verdict } = director.meet(program, { api: 'docker', method, path, body: body.toString('utf8') });
  if (effect.fault === 'P') await open();
  if (verdict.act === 'delay') await pause(verdict.ms);
  if (notForwarded(upgrading, effect, verdict)) return;
  const { socketPath } = upgrading;
  const sent = plainRequest({ socketPath, method, path, headers: request.headers });
  sent.on('error', () => {
    director.answered(effect, null, '');
    socket.destroy();
  });
  sent.on('response', (answer) => {
    director.answered(effect, answer.statusCode ?? 502, '');
    refuse(upgrading, answer);
  });
  sent.on('upgrade', (answer, engine: Duplex, engineHead: Buffer) => {
    director.answered(effect, 101, '');
    const killed = verdict.act === 'kill-after-reply';
    if (verdict.act === 'reset-after-reply' || (killed && !verdict.relay)) {
      if (killed) director.kill(effect);
      socket.destroy();
      engine.destroy();
      return;
    }
    if (socket.destroyed || engine.destroyed) {
      for (const side of [socket, engine]) side.destroy(); // neither would tell of its end again
      return;
    }
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`HTTP/1.1 101 UPGRADED\r\n${lines.join('\r\n')}\r\n\r\n`);
    join(upgrading, { engine, path, engineHead, rest });
    if (killed) setTimeout(() => director.kill(effect), RELAYED_MS);
  });
  sent.end(body);
}

/** True when the request ends here. */
function notForwarded({ socket, director }: Upgrading, effect: Effect, verdict: Verdict): boolean {
  const { act } = verdict;
  if (act !== 'kill-before' && act !== 'half' && act !== 'silence' && act !== 'answer') return false;
  director.answered(effect, null, '');
  if (act === 'silence') return true;
  if (act === 'kill-before') director.kill(effect);
  if (act === 'answer') {
    const { status, body } = syntheticAnswer('docker', verdict.code);
    const head = `HTTP/1.1 ${status} Synthetic\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    socket.end(`${head}${body.toString()}`);
  } else socket.destroy();
  return true;
}

function refuse({ socket }: Upgrading, answer: IncomingMessage): void {
  const { statusCode = 502, statusMessage = '' } = answer;
  const chunks: Buffer[] = [];
  answer.on('data', (chunk: Buffer) => void chunks.push(chunk));
  answer.on('end', () => {
    const body = Buffer.concat(chunks);
    const head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
    socket.end(Buffer.concat([Buffer.from(head), body]));
  });
}

interface Joining {
  readonly engine: Duplex;
  readonly path: string;
  readonly engineHead: Buffer;
  /** What the program sent after its request. */
  readonly rest: Buffer;
}

function join({ socket, open, joined }: Upgrading, { engine, path, engineHead, rest }: Joining): void {
  joined.set(socket, path);
  const end = (): void => {
    joined.delete(socket);
    socket.destroy();
    engine.destroy();
  };
  for (const side of [socket, engine]) side.on('error', end).once('close', end);
  if (engineHead.length > 0) socket.write(engineHead);
  if (rest.length > 0) engine.write(rest);
  engine.on('data', (chunk: Buffer) => void open().then(() => socket.write(chunk)));
  socket.on('data', (chunk: Buffer) => void open().then(() => engine.write(chunk)));
  engine.on('end', () => socket.end());
  socket.on('end', () => engine.end());
}

/** The body of a request that asks for an upgrade, which node's server leaves to us, and what follows it. */
async function bodyBefore({
  request,
  socket,
  head,
}: Upgrading): Promise<{ readonly body: Buffer; readonly rest: Buffer }> {
  const wanted = Number(request.headers['content-length'] ?? 0);
  let bytes = head;
  while (bytes.length < wanted) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]; // a socket emits buffers
    bytes = Buffer.concat([bytes, chunk]);
  }
  return { body: bytes.subarray(0, wanted), rest: bytes.subarray(wanted) };
}
