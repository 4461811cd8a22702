// The listener of a controller, kubelet style (design.md 8.6): commands, logs, files and port forwards of its sessions, authenticated,
// authorised here again, in one running and verified container. No raw engine stream leaves it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Policy } from '../model/policy.ts';
import type { Authenticator, Authorizer } from '../ports/authority.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { Log } from '../ports/log.ts';
import { bearerToken } from '../process/bearer.ts';
import { withDeadline } from '../process/deadline.ts';
import type { Upgrade } from '../process/http-upgrade.ts';
import { logFault } from '../process/node-protocol/exchange.ts';
import { sendFault } from '../process/node-protocol/json-lines.ts';
import type { ProtocolServer } from '../process/node-protocol/opened-session.ts';
import { serveOperation } from '../process/node-protocol/serve-operation.ts';
import { serveUpgrade } from '../process/node-protocol/serve-upgrade.ts';
import { type FindTarget, type NodeTarget, requireFrontend, requireSession, requireTarget } from './admit.ts';
import type { LogSpool } from './log-spool.ts';
import type { NodeParts } from './node-parts.ts';
import { openSession } from './open-session.ts';
import { RunningCommands } from './running-commands.ts';
import { Slots } from './slots.ts';

/** For a TokenReview, or for a SubjectAccessReview and finding the session. */
const ADMISSION_MS = 10_000;

export interface NodeApiOptions {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly containers: ContainerAccess;
  readonly logs: Pick<LogSpool, 'query'>;
  readonly findTarget: FindTarget;
  readonly policy: (namespace: string) => Policy;
  /** Whether the operator has suspended everything: then only logs are shown. */
  readonly isSuspended: () => boolean;
  /** The only account that may call: "system:serviceaccount:<namespace>:<name>" of the front end. */
  readonly frontendUsername: string;
  /** Called when a command starts, and what it returns when the command ends: the session is in use in between. */
  readonly onCommand: (sessionUid: string) => (outcome: 'ok' | 'error') => void;
  /** The same for file requests and port forwards. */
  readonly onActivity: (sessionUid: string) => () => void;
  /** A fresh, unguessable id per command. */
  readonly newExecId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NodeApi {
  /** For an HTTPS server; answers every request and never throws. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly upgrade: (upgrade: Upgrade) => Promise<void>;
  /** Counts the commands that an earlier life of this program left running: they keep their session in use. */
  adopt(sessionUid: string, containerId: string, signal: AbortSignal): Promise<void>;
  /** Ends every stream; commands run on. */
  close(): void;
}

export function createNodeApi(options: NodeApiOptions): NodeApi {
  const closing = new AbortController();
  const commands = new RunningCommands({
    ...options,
    maxPerSession: (namespace) => options.policy(namespace).exec.maxConcurrentPerSession,
  });
  const parts: NodeParts = {
    ...options,
    commands,
    streams: new Slots(),
    forwards: new Slots(),
    fileRequests: new Slots(),
    logReaders: new Slots(),
    waits: new Slots(),
  };
  const server = protocolServer(options, parts, closing.signal);

  /** Whether the peer may speak here at all; answers when not. */
  const isFrontend = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    try {
      await withDeadline(
        { ms: ADMISSION_MS, what: 'checking the front end’s token' },
        (within) => requireFrontend({ ...options, token: bearerToken(request.headers) }, within),
        closing.signal,
      );
      return true;
    } catch (thrown) {
      logFault(options.log, thrown);
      sendFault(response, asOperatorError(thrown));
      return false;
    }
  };

  return {
    async handle(request, response) {
      if (request.method === 'GET' && request.url === '/healthz') return sendHealth(response);
      if (await isFrontend(request, response)) await serveOperation(server, request, response);
    },
    async upgrade(upgrade) {
      if (await isFrontend(upgrade.request, upgrade.response)) await serveUpgrade(server, upgrade);
    },
    adopt: (sessionUid, containerId, signal) => commands.adopt(sessionUid, containerId, signal),
    close() {
      commands.close();
      closing.abort(new OperatorError('unavailable', 'the node API is closing; the command, if there is one, runs on'));
    },
  };
}

function protocolServer(options: NodeApiOptions, parts: NodeParts, closing: AbortSignal): ProtocolServer {
  return {
    log: options.log,
    async open(claims, signal) {
      // What a session wrote is readable after its container has ended; everything else happens in a running one.
      const require = claims.operation === 'logs' ? requireSession : requireTarget;
      const whileAllowed = (target: NodeTarget): NodeTarget => {
        if (claims.operation === 'logs' || !options.isSuspended()) return target;
        throw new OperatorError('forbidden', 'the operator has suspended all sessions (policy suspendAll)');
      };
      const admit = (within: AbortSignal) =>
        withDeadline(
          { ms: ADMISSION_MS, what: 'checking who may use the session' },
          async (limited) => whileAllowed(await require(claims, options, limited)),
          within,
        );
      const target = await admit(signal);
      const check = async (within: AbortSignal): Promise<void> => {
        const now = await admit(within);
        if (claims.operation === 'logs' || now.containerId === target.containerId) return;
        throw new OperatorError('unavailable', 'the session runs in another container now');
      };
      return openSession(parts, { claims, target, check, closing });
    },
  };
}

function sendHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('ok\n');
}
