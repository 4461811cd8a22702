// What every call to a node has in common: the address of its operation, the headers that say who asks for whom, and answers in JSON.

import type { z } from 'zod';
import { OperatorError } from '../lib/errors.ts';
import type { OperationName } from '../model/node-operations.ts';
import { CALLER_HEADER, operationPath, ROUTES } from '../model/node-routes.ts';
import type { NodeSession } from '../ports/node-access.ts';
import { encodeHeaderJson } from '../process/node-protocol/header-json.ts';
import { readBounded } from '../process/read-bounded.ts';
import type { Connections, NodeRequest } from './connections.ts';
import { faultOfTransport } from './node-faults.ts';

/** A page of output is 1.4 MB as base64; a directory of 10,000 long names some more. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;

export interface NodeCallOptions {
  /** A token with the audience of the endpoint; asked for before every request. */
  readonly token: (signal: AbortSignal) => Promise<string>;
  readonly userAgent: string;
}

export interface NodeCall {
  readonly operation: OperationName;
  readonly execId?: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean | null>>;
  readonly body?: string | AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answerWithinMs?: number;
}

export class NodeCalls {
  readonly #options: NodeCallOptions;
  readonly #connections: Connections;

  constructor(options: NodeCallOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
  }

  /** The answer as it comes. Rejects with the fault that the other side answered. */
  async open(session: NodeSession, call: NodeCall, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return this.#connections.send(await this.requestOf(session, call, signal), signal);
  }

  /** The answer as JSON of the schema. */
  async json<T>(session: NodeSession, call: NodeCall, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    const text = await readBounded(await this.open(session, call, signal), MAX_JSON_BYTES).catch((thrown: unknown) => {
      throw faultOfTransport(thrown, session.endpoint.url, signal);
    });
    try {
      return schema.parse(JSON.parse(text.toString('utf8')));
    } catch (cause) {
      throw new OperatorError('internal', 'the node API gave an answer that does not fit the protocol', { cause });
    }
  }

  async requestOf(session: NodeSession, call: NodeCall, signal: AbortSignal): Promise<NodeRequest> {
    const { operation, body = null } = call;
    const { namespace, name, uid, caller } = session;
    const parameters = operation === 'exec' ? {} : { uid, ...call.parameters };
    const path = operationPath({ operation, namespace, name, execId: call.execId ?? '' }, parameters);
    const named: Record<string, string> =
      caller === null || operation === 'exec' ? {} : { [CALLER_HEADER]: encodeHeaderJson(caller, 'the caller') };
    const headers = {
      authorization: `Bearer ${await this.#options.token(signal)}`,
      'user-agent': this.#options.userAgent,
      'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
      ...named,
      ...call.headers,
    };
    const { endpoint } = session;
    const { method } = ROUTES[operation];
    const lane = operation === 'execKill' ? 'urgent' : 'ordinary';
    return { endpoint, lane, method, path, headers, body, answerWithinMs: call.answerWithinMs ?? null };
  }
}
