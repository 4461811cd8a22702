// One request of the node protocol from its arguments to its answer: the same for the node API and for the front end.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { assertNever } from '../../lib/assert-never.ts';
import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { execInputSchema } from '../../model/node-protocol.ts';
import type { QueryOf } from '../../model/node-routes.ts';
import type { OperationName } from '../../model/node-operations.ts';
import { sendJson } from '../https-server.ts';
import { sendFault } from './json-lines.ts';
import { type Exchange, logFault, openFor } from './exchange.ts';
import type { OpenedSession, ProtocolServer } from './opened-session.ts';
import { readBodyAs, readQuery, requireRoute } from './read-request.ts';
import { serveExec } from './serve-exec.ts';
import { serveFileRead, serveFileWrite } from './serve-files.ts';
import { serveLogs } from './serve-logs.ts';

/** Answers whatever happens; resolves when the answer is out or its client has gone. */
export async function serveOperation(
  server: ProtocolServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(clientGone());
  });
  const exchange: Exchange = { server, request, response, signal: gone.signal };
  try {
    await dispatch(exchange);
  } catch (thrown) {
    if (!gone.signal.aborted) logFault(server.log, thrown);
    sendFault(response, asOperatorError(thrown));
  }
}

async function dispatch(exchange: Exchange): Promise<void> {
  const route = requireRoute(exchange.request);
  const { operation, execId } = route;
  /** Reads the parameters, opens the session and answers with JSON. */
  const json = async <Name extends OperationName>(
    name: Name,
    act: (session: OpenedSession, query: QueryOf<Name>, signal: AbortSignal) => Promise<unknown>,
  ): Promise<void> => {
    const query = readQuery(exchange.request, name);
    const session = await openFor(exchange, { ...route, uid: (query as { uid: string }).uid });
    sendJson(exchange.response, 200, await act(session, query, exchange.signal));
  };
  switch (operation) {
    case 'exec':
      return serveExec(exchange, route);
    case 'listExecs':
      return json('listExecs', async (session, _, signal) => ({ execs: await session.listExecs(signal) }));
    case 'execRecord':
      return json('execRecord', (session, { waitMs }, signal) => session.execRecord(execId, waitMs, signal));
    case 'execOutput':
      return json('execOutput', (session, { stream, offset, limit }, signal) =>
        session.execOutput({ execId, stream, offset, limit }, signal),
      );
    case 'execInput':
      return json('execInput', async (session, _, signal) => {
        const body = { schema: execInputSchema, what: 'the input' };
        const { stdin, ...input } = await readBodyAs(exchange.request, body, signal);
        const bytes = stdin === null ? null : Buffer.from(stdin, 'base64');
        await session.execInput({ execId, stdin: bytes, ...input }, signal);
        return {};
      });
    case 'execKill':
      return json('execKill', (session, _, signal) => session.execKill(execId, signal));
    case 'logs':
      return serveLogs(exchange, route);
    case 'fileStat':
      return json('fileStat', (session, { path }, signal) => session.fileStat(path, signal));
    case 'fileList':
      return json('fileList', (session, { path, after, most }, signal) =>
        session.fileList({ path, after, most }, signal),
      );
    case 'fileRead':
      return serveFileRead(exchange, route);
    case 'fileWrite':
      return serveFileWrite(exchange, route);
    case 'fileMakeDirectory':
      return json('fileMakeDirectory', async (session, { path, parents }, signal) => {
        await session.fileMakeDirectory(path, parents, signal);
        return {};
      });
    case 'fileRemove':
      return json('fileRemove', async (session, { path, recursive }, signal) => {
        await session.fileRemove(path, recursive, signal);
        return {};
      });
    case 'openExec':
    case 'forward':
      throw new OperatorError('invalid', 'this operation needs Connection: Upgrade');
    default:
      return assertNever(operation);
  }
}

const clientGone = (): OperatorError => new OperatorError('cancelled', 'the client has gone');
