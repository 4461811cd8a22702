// Plain requests to the cluster's API server as its administrator.

import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';

import { API_URL } from './layout.ts';
import { PKI_DIR } from './certificates.ts';

const ANSWER_WITHIN_MS = 5_000;

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Another address of the API server, such as that of its Service. */
  readonly url?: string;
  /** How long the answer may take. */
  readonly withinMs?: number;
}

export class Api {
  readonly #agent: Agent;

  private constructor(agent: Agent) {
    this.#agent = agent;
  }

  /** With the certificate in PKI_DIR. */
  static async open(): Promise<Api> {
    const read = (name: string): Promise<string> => readFile(`${PKI_DIR}/${name}`, 'utf8');
    const [ca, cert, key] = await Promise.all([read('ca.crt'), read('admin.crt'), read('admin.key')]);
    return new Api(new Agent({ ca, cert, key, keepAlive: true }));
  }

  /** Rejects when the server cannot be reached; any status is an answer. */
  ask({ method, path, body, url = API_URL, withinMs = ANSWER_WITHIN_MS }: ApiRequest): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': 'application/json' };
      const options = { method, headers, agent: this.#agent, signal: AbortSignal.timeout(withinMs) };
      const sent = request(`${url}${path}`, options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
