// What we use of the package ws, which comes without types: the client, and the server for tests.

declare module 'ws' {
  import type { EventEmitter } from 'node:events';
  import type { ClientRequest, IncomingMessage } from 'node:http';
  import type { RequestOptions } from 'node:https';
  import type { Duplex } from 'node:stream';

  export interface ClientOptions extends RequestOptions {
    readonly perMessageDeflate?: boolean;
    readonly followRedirects?: boolean;
    readonly maxPayload?: number;
  }

  interface WebSocketEvents {
    open: [];
    /** `data` is one Buffer with the default binaryType. */
    message: [data: Buffer, isBinary: boolean];
    close: [code: number, reason: Buffer];
    error: [error: Error];
    /** The answer 101, before `open`. */
    upgrade: [response: IncomingMessage];
    /** With a listener, whoever listens ends the request. */
    'unexpected-response': [request: ClientRequest, response: IncomingMessage];
  }

  export class WebSocket extends EventEmitter<WebSocketEvents> {
    constructor(url: string, protocols: readonly string[], options: ClientOptions);
    /** Calls back when the kernel has taken the message, or with what hindered it. */
    send(data: Uint8Array, options: { readonly binary: boolean }, callback: (error?: Error) => void): void;
    close(code?: number, reason?: string): void;
    terminate(): void;
    /** Stops reading, so that the other side has to wait; no-op unless it is open. */
    pause(): void;
    resume(): void;
  }

  export class WebSocketServer {
    constructor(options: { readonly noServer: true });
    handleUpgrade(request: IncomingMessage, below: Duplex, head: Buffer, callback: (socket: WebSocket) => void): void;
  }
}
