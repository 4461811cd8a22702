// Starts a server of goal 14 as a child process and sends it load from here.

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

import { Pool } from 'undici';

import { OperatorError } from '../../../src/lib/errors.ts';
import type { IssuedCertificate } from '../../../src/process/certificates.ts';
import type { FromServer, ServerKind, ToServer } from './server.ts';

export interface Load {
  readonly path: string;
  /** The same each time, or another one for each number. */
  readonly body: string | ((index: number) => string);
  readonly requests: number;
  readonly inFlight: number;
}

export interface LoadResult {
  /** CPU time of the server's process, user and system, per request. */
  readonly cpuMicros: number;
  readonly latenciesMs: readonly number[];
}

export interface BenchServer extends AsyncDisposable {
  /** Rejects when an answer is not 200. */
  load(load: Load): Promise<LoadResult>;
}

export async function openServer(kind: ServerKind, certificate: IssuedCertificate): Promise<BenchServer> {
  // Inspection and --expose-gc are ours, not the server's.
  const child = fork(join(import.meta.dirname, 'server.ts'), [], { execArgv: [], detached: true });
  const { certPem, keyPem } = certificate;
  const listening = await ask(child, { say: 'listen', kind, certificate: { certPem, keyPem } });
  if (!('port' in listening)) throw new OperatorError('internal', `the ${kind} server did not name its port`);
  const connect = { ca: certificate.ca.certPem };
  const pool = new Pool(`https://127.0.0.1:${listening.port}`, { connect, pipelining: 1 });

  const cpuMicros = async (): Promise<number> => {
    const usage = await ask(child, { say: 'usage' });
    if (!('cpuMicros' in usage)) throw new OperatorError('internal', `the ${kind} server did not tell its CPU time`);
    return usage.cpuMicros;
  };
  return {
    async load(load) {
      const before = await cpuMicros();
      const latenciesMs = await send(pool, load);
      return { cpuMicros: ((await cpuMicros()) - before) / load.requests, latenciesMs };
    },
    async [Symbol.asyncDispose]() {
      await pool.destroy();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

function ask(child: ChildProcess, message: ToServer): Promise<FromServer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => {
      reject(new OperatorError('unavailable', `a server of the bench ended with code ${code}`));
    };
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.removeListener('exit', onExit);
      resolve(answer as FromServer); // server.ts sends nothing else
    });
    child.send(message);
  });
}

async function send(pool: Pool, { path, body, requests, inFlight }: Load): Promise<readonly number[]> {
  const latenciesMs: number[] = [];
  let left = requests;
  const headers = { 'content-type': 'application/json' };
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const text = typeof body === 'string' ? body : body(left);
      const sentMs = performance.now();
      const { statusCode, body: answer } = await pool.request({ method: 'POST', path, headers, body: text });
      await answer.dump();
      latenciesMs.push(performance.now() - sentMs);
      if (statusCode !== 200) throw new OperatorError('internal', `a server of the bench answered ${statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return latenciesMs;
}
