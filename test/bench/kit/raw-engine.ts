// The bare baseline: a tiny client of the engine's API over its socket, with nothing of ours in between. Kept-alive
// connections, no checks beyond the status.

import { Agent, request as send } from 'node:http';

import { OperatorError } from '../../../src/lib/errors.ts';

export interface RawEngine {
  create(name: string, body: unknown): Promise<string>;
  start(id: string): Promise<void>;
  /** DELETE ?force=1; a container that is gone is a success. */
  remove(id: string): Promise<void>;
  /** Runs a command to the end of its output and asks for its exit code. */
  exec(id: string, command: { readonly argv: readonly string[]; readonly user: string }): Promise<RawExecResult>;
  version(): Promise<{ readonly engine: string; readonly api: string }>;
  /** Removes every container that carries the label ("key=value"), whatever its state. */
  removeLabelled(label: string): Promise<number>;
  close(): void;
}

export interface RawExecResult {
  readonly exitCode: number;
  /** With the engine's 8-byte frame headers. */
  readonly output: Buffer;
}

interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const API = '/v1.41';

export function createRawEngine(socketPath: string): RawEngine {
  const agent = new Agent({ keepAlive: true });

  const call = (method: string, path: string, body?: unknown): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? null : Buffer.from(JSON.stringify(body));
      const headers = payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length };
      const sent = send({ socketPath, agent, method, path: `${API}${path}`, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      });
      sent.on('error', reject);
      sent.end(payload);
    });

  const succeed = async (method: string, path: string, body?: unknown): Promise<Buffer> => {
    const answer = await call(method, path, body);
    if (answer.status < 300) return answer.body;
    const said = answer.body.toString('utf8').trim();
    throw new OperatorError('unavailable', `the engine answered ${method} ${path} with ${answer.status}: ${said}`);
  };

  const remove = async (id: string): Promise<void> => {
    const { status } = await call('DELETE', `/containers/${id}?force=1`);
    if (status < 300 || status === 404 || status === 409) return; // gone, or going already
    throw new OperatorError('unavailable', `the engine answered the removal of ${id.slice(0, 12)} with ${status}`);
  };

  return {
    async create(name, body) {
      const answer = await succeed('POST', `/containers/create?name=${name}`, body);
      return (JSON.parse(answer.toString('utf8')) as { Id: string }).Id; // the engine's documented answer
    },
    async start(id) {
      await succeed('POST', `/containers/${id}/start`);
    },
    remove,
    async exec(id, { argv, user }) {
      const request = { Cmd: argv, User: user, AttachStdout: true, AttachStderr: true };
      const created = await succeed('POST', `/containers/${id}/exec`, request);
      const { Id } = JSON.parse(created.toString('utf8')) as { Id: string }; // the engine's documented answer
      const output = await succeed('POST', `/exec/${Id}/start`, { Detach: false, Tty: false });
      const inspected = await succeed('GET', `/exec/${Id}/json`);
      const { ExitCode } = JSON.parse(inspected.toString('utf8')) as { ExitCode: number }; // the engine's documented answer
      return { exitCode: ExitCode, output };
    },
    async version() {
      const answer = await succeed('GET', '/version');
      const { Version, ApiVersion } = JSON.parse(answer.toString('utf8')) as { Version: string; ApiVersion: string }; // documented
      return { engine: Version, api: ApiVersion };
    },
    async removeLabelled(label) {
      const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
      const listed = await succeed('GET', `/containers/json?all=1&filters=${filters}`);
      const found = JSON.parse(listed.toString('utf8')) as readonly { Id: string }[]; // the engine's documented answer
      for (const { Id } of found) await remove(Id);
      return found.length;
    },
    close: () => agent.destroy(),
  };
}
