// One request to a Docker Engine over its unix socket, without a version in the path: enough to look whether an engine
// answers and to load an image. The operator itself uses src/docker.

import { request } from 'node:http';

export interface EngineRequest {
  readonly socketPath: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Buffer;
}

export interface EngineAnswer {
  readonly status: number;
  readonly apiVersion: string | null;
  readonly body: string;
}

/** Resolves with whatever status the engine gave; rejects with the socket's own error (ENOENT, EACCES, ...) or the signal's reason. */
export function engineRequest(
  { socketPath, method, path, body }: EngineRequest,
  signal: AbortSignal,
): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/x-tar', 'content-length': String(body.byteLength) };
    const sent = request({ socketPath, method, path, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const version = response.headers['api-version'];
        resolve({
          status: response.statusCode ?? 0,
          apiVersion: typeof version === 'string' ? version : null,
          body: Buffer.concat(chunks).toString('utf8'),
        });
      });
    });
    sent.on('error', (cause) => reject(signal.aborted ? signal.reason : cause));
    sent.end(body);
  });
}
