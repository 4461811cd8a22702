// Client of the node protocol: front end to node API, and CLI or stdio front end to front end. The node is trusted only so far: every
// line, message, count and size is bounded and checked.

import type { Duplex } from 'node:stream';
import { z } from 'zod';
import {
  execListSchema,
  execRecordSchema,
  fileListingSchema,
  fileStatSchema,
  outputPageSchema,
} from '../model/node-protocol.ts';
import { COMMAND_HEADER, FORWARD_PROTOCOL, STREAM_PROTOCOL } from '../model/node-routes.ts';
import type { NodeAccess, NodeSession } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';
import { encodeHeaderJson } from '../process/node-protocol/header-json.ts';
import { createConnections } from './connections.ts';
import { execOn } from './exec-call.ts';
import { openExecChannel } from './exec-channel.ts';
import { fileContentCalls } from './file-calls.ts';
import { logCall } from './log-call.ts';
import { type NodeCall, type NodeCallOptions, NodeCalls } from './node-calls.ts';
import { openUpgraded } from './upgraded-connection.ts';

export interface NodeClientOptions extends NodeCallOptions {
  /** A way to endpoints whose names may mean nothing here. Default: by their names. */
  readonly dial?: NodeDial;
}

export interface NodeClient extends NodeAccess {
  /** Closes the connections; commands run on. */
  close(): Promise<void>;
}

/** The server finds and asks the container first. */
const WAIT_MARGIN_MS = 30_000;
/** A tree of processes that does not end at once. */
const KILL_MS = 60_000;

const nothing = z.object({});

export function createNodeClient(options: NodeClientOptions): NodeClient {
  const dial = options.dial ?? null;
  const connections = createConnections(dial);
  const calls = new NodeCalls(options, connections);
  const streams = new Set<Duplex>();

  const upgrade = async (session: NodeSession, call: NodeCall, protocol: string, signal: AbortSignal) => {
    const { endpoint, path, headers } = await calls.requestOf(session, call, signal);
    const socket = await openUpgraded({ endpoint, path, headers, protocol, dial }, signal);
    streams.add(socket);
    socket.once('close', () => streams.delete(socket));
    return socket;
  };
  const kill = (session: NodeSession, execId: string, signal: AbortSignal) =>
    calls.json(session, { operation: 'execKill', execId, answerWithinMs: KILL_MS }, execRecordSchema, signal);

  return {
    exec: (endpoint, { namespace, name }, request, onFrame, signal) => {
      const session = { endpoint, namespace, name, uid: request.sessionUid, caller: request.caller };
      return execOn(calls, { session, request, onFrame }, signal);
    },
    async openExec(session, command, signal) {
      const headers = { [COMMAND_HEADER]: encodeHeaderJson(command, 'the command') };
      const socket = await upgrade(session, { operation: 'openExec', headers }, STREAM_PROTOCOL, signal);
      const killIt = (execId: string): void => {
        kill(session, execId, AbortSignal.timeout(KILL_MS)).catch(() => {}); // it has ended, or ends at its time limit
      };
      return openExecChannel(socket, killIt, signal).catch((thrown: unknown) => {
        socket.destroy();
        throw thrown;
      });
    },
    listExecs: async (session, signal) =>
      (await calls.json(session, { operation: 'listExecs' }, execListSchema, signal)).execs,
    execRecord: (session, execId, waitMs, signal) => {
      const answerWithinMs = waitMs + WAIT_MARGIN_MS;
      const call = { operation: 'execRecord', execId, parameters: { waitMs }, answerWithinMs } as const;
      return calls.json(session, call, execRecordSchema, signal);
    },
    execOutput: (session, { execId, ...parameters }, signal) =>
      calls.json(session, { operation: 'execOutput', execId, parameters }, outputPageSchema, signal),
    async execInput(session, { execId, stdin, endInput, sendSignal }, signal) {
      const text = stdin === null ? null : Buffer.from(stdin).toString('base64');
      const body = JSON.stringify({ stdin: text, endInput, sendSignal });
      await calls.json(session, { operation: 'execInput', execId, body }, nothing, signal);
    },
    execKill: kill,
    logs: logCall(calls),
    fileStat: (session, path, signal) =>
      calls.json(session, { operation: 'fileStat', parameters: { path } }, fileStatSchema, signal),
    fileList: (session, page, signal) =>
      calls.json(session, { operation: 'fileList', parameters: { ...page } }, fileListingSchema, signal),
    ...fileContentCalls(calls),
    async fileMakeDirectory(session, path, parents, signal) {
      await calls.json(session, { operation: 'fileMakeDirectory', parameters: { path, parents } }, nothing, signal);
    },
    async fileRemove(session, path, recursive, signal) {
      await calls.json(session, { operation: 'fileRemove', parameters: { path, recursive } }, nothing, signal);
    },
    forward: (session, port, signal) =>
      upgrade(session, { operation: 'forward', parameters: { port } }, FORWARD_PROTOCOL, signal),
    async close() {
      for (const socket of streams) socket.destroy();
      await connections.close();
    },
  };
}
