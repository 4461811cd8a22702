// The CLI's end of the node protocol: a token of a person, the front end's address, one session.

import { type ExecCommand, execCommandSchema, type ExecFrame } from '../../../src/model/node-protocol.ts';
import { createNodeClient, type NodeClient } from '../../../src/node-client/node-client.ts';
import type { NodeSession } from '../../../src/ports/node-access.ts';
import type { TwoServers } from './two-servers.ts';

export interface Cli extends AsyncDisposable {
  readonly client: NodeClient;
  readonly session: NodeSession;
  /** Runs to the end of the stream. */
  exec(command: Partial<ExecCommand> & { argv: string[] }, signal?: AbortSignal): Promise<readonly ExecFrame[]>;
}

export function cliOf(servers: TwoServers, token: string, name = 's1'): Cli {
  const client = createNodeClient({ token: () => Promise.resolve(token), userAgent: 'cli' });
  const endpoint = { url: servers.frontendUrl, caPem: servers.caPem };
  const session = { endpoint, namespace: 'agents', name, uid: `uid-agents-${name}`, caller: null };
  return {
    client,
    session,
    async exec(command, signal = never) {
      const frames: ExecFrame[] = [];
      const request = { sessionUid: session.uid, caller: null, command: execCommandSchema.parse(command) };
      await client.exec(endpoint, session, request, (frame) => frames.push(frame), signal);
      return frames;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export const never = new AbortController().signal;

export function idOf(frames: readonly ExecFrame[]): string {
  const [first] = frames;
  if (first?.type !== 'started') throw new Error('the command did not start');
  return first.execId;
}
