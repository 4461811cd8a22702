// The webhook's listener in a process of its own, so that its memory and processor time are its own, and a crash is seen.

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { Agent, request } from 'undici';
import { issueCertificate } from '../../../src/process/certificates.ts';
import { VALIDATE_PATH } from '../../../src/webhook/webhook.ts';
import type { FromServer, ToServer } from '../../bench/webhook/server.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface WebhookProcess {
  readonly port: number;
  readonly caPem: string;
  readonly pid: number;
  post(
    body: string | Buffer,
    change?: { readonly headers?: Record<string, string>; readonly method?: string; readonly path?: string },
  ): Promise<Answer>;
  /** A connection of its own, for what no HTTP client would send. */
  open(): Promise<TLSSocket>;
  usage(): Promise<{ readonly cpuMicros: number; readonly rssBytes: number }>;
  close(): Promise<void>;
}

const SERVER = join(import.meta.dirname, '../../bench/webhook/server.ts');

export async function startWebhookProcess(): Promise<WebhookProcess> {
  const issued = await issueCertificate({
    commonName: 'test',
    hosts: ['127.0.0.1'],
    validForMs: 3_600_000,
    nowMs: Date.now(),
  });
  const child = fork(SERVER, [], { execArgv: [], detached: true });
  const { certPem, keyPem } = issued;
  const caPem = issued.ca.certPem;
  const listening = await ask(child, { say: 'listen', kind: 'webhook', certificate: { certPem, keyPem } });
  if (!('port' in listening) || child.pid === undefined) throw new Error('the webhook did not name its port');
  const { port } = listening;
  const agent = new Agent({ connect: { ca: caPem }, connections: 256 });
  return {
    port,
    caPem,
    pid: child.pid,
    async post(body, { headers = {}, method = 'POST', path = VALIDATE_PATH } = {}) {
      const answer = await request(`https://127.0.0.1:${port}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...(method === 'GET' ? {} : { body }),
        dispatcher: agent,
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    },
    open: () =>
      new Promise((resolve, reject) => {
        const socket = connect({ port, host: '127.0.0.1', ca: caPem }, () => resolve(socket));
        socket.once('error', reject);
      }),
    async usage() {
      const usage = await ask(child, { say: 'usage' });
      if (!('cpuMicros' in usage)) throw new Error('the webhook did not tell its usage');
      return usage;
    },
    async close() {
      await agent.destroy();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await ended;
    },
  };
}

function ask(child: ChildProcess, message: ToServer): Promise<FromServer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`the webhook ended with code ${code}`));
    child.once('exit', onExit);
    child.once('message', (answer) => {
      child.removeListener('exit', onExit);
      resolve(answer as FromServer); // server.ts sends nothing else
    });
    child.send(message);
  });
}
