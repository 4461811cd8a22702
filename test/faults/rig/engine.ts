// The harness's own way to the engine: what is true there, what a foreign hand does, and every event since the plan began.
// Shares no code with the product.

import { request } from 'node:http';

export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly StartedAt: string;
    readonly Pid: number;
    readonly ExitCode: number;
  };
  readonly Config: { readonly Labels: Readonly<Record<string, string>> };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
  readonly RestartCount: number;
}

export interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly State: string;
  readonly Labels: Readonly<Record<string, string>>;
}

export interface EngineEvent {
  readonly action: string;
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly timeNano: number;
}

export interface Engine {
  readonly socketPath: string;
  call(method: string, path: string, body?: unknown): Promise<{ readonly code: number; readonly body: unknown }>;
  /** null when there is none. */
  inspect(id: string): Promise<Inspected | null>;
  /** All, running or not, with this label. */
  list(label: string): Promise<readonly Listed[]>;
  remove(id: string): Promise<void>;
  /** Until the signal aborts or the engine ends them. Resolves `opened` as soon as nothing is missed. */
  events(onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void>;
}

export const SOCKET = '/var/run/docker.sock';
const VERSION = '/v1.41';
const WITHIN_MS = 30_000;

export function openEngine(socketPath: string = SOCKET): Engine {
  const call: Engine['call'] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? null : JSON.stringify(body);
      const headers =
        text === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const sent = request(
        {
          socketPath,
          method,
          path: `${VERSION}${path}`,
          headers,
          agent: false,
          signal: AbortSignal.timeout(WITHIN_MS),
        },
        (answer) => {
          let got = '';
          answer.setEncoding('utf8');
          answer.on('data', (part: string) => (got += part));
          answer.on('error', reject);
          answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body: parsed(got) }));
        },
      );
      sent.on('error', reject);
      sent.end(text ?? undefined);
    });

  return {
    socketPath,
    call,
    async inspect(id) {
      const { code, body } = await call('GET', `/containers/${id}/json`);
      if (code === 404) return null;
      if (code !== 200) throw new Error(`harness: inspect ${id} gave ${code}`);
      return body as Inspected; // the engine's documented answer
    },
    async list(label) {
      const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
      const { code, body } = await call('GET', `/containers/json?all=1&filters=${filters}`);
      if (code !== 200) throw new Error(`harness: list gave ${code}`);
      return body as readonly Listed[]; // the engine's documented answer
    },
    async remove(id) {
      const { code } = await call('DELETE', `/containers/${id}?force=1&v=1`);
      if (code >= 400 && code !== 404 && code !== 409) throw new Error(`harness: remove ${id} gave ${code}`);
    },
    events: (onEvent, signal) => followEvents(socketPath, onEvent, signal),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function followEvents(socketPath: string, onEvent: (event: EngineEvent) => void, signal: AbortSignal): Promise<void> {
  const since = Math.floor(Date.now() / 1000) - 1;
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'] }));
  return new Promise((resolve) => {
    const path = `${VERSION}/events?since=${since}&filters=${filters}`;
    const sent = request({ socketPath, path, agent: false, signal }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        const lines = `${rest}${part}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') onEvent(eventOf(line));
      });
      answer.on('error', () => resolve());
      answer.on('end', () => resolve());
    });
    sent.on('error', () => resolve());
    sent.end();
  });
}

interface RawEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

function eventOf(line: string): EngineEvent {
  const { Action, Actor, timeNano } = JSON.parse(line) as RawEvent; // the engine's documented form
  return { action: Action, id: Actor.ID, labels: Actor.Attributes, timeNano };
}
