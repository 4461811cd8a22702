// The listener of a controller, kubelet style (design.md 8.6): one operation, authenticated, authorised here again, on one
// running and verified container. No raw engine stream leaves it.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError, OperatorError } from '../lib/errors.ts';
import { type ExecRequest, execRequestSchema, parseExecPath } from '../model/node-protocol.ts';
import type { Policy } from '../model/policy.ts';
import type { Authenticator, Authorizer } from '../ports/authority.ts';
import type { ContainerAccess } from '../ports/container-access.ts';
import type { Log } from '../ports/log.ts';
import type { SessionReference } from '../ports/sessions.ts';
import { bearerToken } from '../process/bearer.ts';
import { withDeadline } from '../process/deadline.ts';
import { type ExecStream, openExecStream } from '../process/exec-stream.ts';
import { readJsonBody } from '../process/json-body.ts';
import { type FindTarget, type RunningTarget, requireFrontend, requireTarget } from './admit-exec.ts';
import { type BoundedCommand, boundCommand } from './exec-limits.ts';
import { ExecSlots } from './exec-slots.ts';
import { runExec } from './run-exec.ts';

const BODY_LIMITS = { maxBytes: 2 * 1024 * 1024, maxDepth: 16 };
/** For TokenReview and SubjectAccessReview together. */
const ADMISSION_MS = 10_000;

export interface NodeApiOptions {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly containers: ContainerAccess;
  readonly findTarget: FindTarget;
  readonly policy: () => Policy;
  /** The only account that may call: "system:serviceaccount:<namespace>:<name>" of the front end. */
  readonly frontendUsername: string;
  /** Called when a command starts, and what it returns when the command ends: the session is in use in between. */
  readonly onCommand: (sessionUid: string) => (outcome: 'ok' | 'error') => void;
  /** A fresh, unguessable id per command. */
  readonly newExecId: () => string;
  readonly log: Log;
}

export interface NodeApi {
  /** For an HTTPS server; answers every request and never throws. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** Kills the commands that still run. */
  close(): void;
}

export function createNodeApi(options: NodeApiOptions): NodeApi {
  const slots = new ExecSlots();
  const running = new Set<AbortController>();

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET' && request.url === '/healthz') return sendHealth(response);
    const stream = openExecStream(response);
    const stop = new AbortController();
    const { signal } = stop;
    stream.signal.addEventListener('abort', () => stop.abort(clientGone()), { once: true });
    running.add(stop);
    try {
      const admitted = await withDeadline(
        { ms: ADMISSION_MS, what: 'checking who may run the command' },
        (within) => admit(request, options, within),
        signal,
      );
      const release = slots.take(admitted.target.session.meta.uid, options.policy().exec.maxConcurrentPerSession);
      if (release === null) throw busy(admitted.target, options.policy());
      try {
        await execute({ ...admitted, stream }, options, signal);
      } finally {
        release();
      }
      stream.end();
    } catch (thrown) {
      if (!stream.signal.aborted) logFault(options.log, thrown);
      stream.fail(thrown);
    } finally {
      running.delete(stop);
    }
  };

  return {
    handle: serve,
    close: () => {
      for (const stop of running) stop.abort(new OperatorError('unavailable', 'the node API is closing'));
    },
  };
}

interface Admitted {
  readonly target: RunningTarget;
  readonly command: BoundedCommand;
}

async function admit(request: IncomingMessage, options: NodeApiOptions, signal: AbortSignal): Promise<Admitted> {
  const { authenticator, authorizer, findTarget, frontendUsername } = options;
  await requireFrontend({ token: bearerToken(request.headers), authenticator, frontendUsername }, signal);
  const reference = requireRoute(request);
  const execRequest = parseExecRequest(await readJsonBody(request, BODY_LIMITS, signal));
  const target = await requireTarget({ reference, request: execRequest, authorizer, findTarget }, signal);
  const bounded = boundCommand(execRequest.command, target.workingDir, options.policy().exec);
  if (!bounded.ok) throw new OperatorError('invalid', bounded.error);
  return { target, command: bounded.value };
}

function requireRoute(request: IncomingMessage): SessionReference {
  const reference = parseExecPath(request.url ?? '');
  if (reference === null) throw new OperatorError('not-found', 'no such path; the node API serves POST .../exec');
  if (request.method !== 'POST')
    throw new OperatorError('invalid', `method ${request.method ?? ''} is not served here; use POST`);
  return reference;
}

function parseExecRequest(body: unknown): ExecRequest {
  const parsed = execRequestSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.map(String).join('.') || '(body)');
  throw new OperatorError(
    'invalid',
    `the exec request does not fit the protocol at: ${[...new Set(where)].slice(0, 5).join(', ')}`,
  );
}

async function execute(
  run: Admitted & { readonly stream: ExecStream },
  options: NodeApiOptions,
  signal: AbortSignal,
): Promise<void> {
  const { uid, namespace, name } = run.target.session.meta;
  const execId = options.newExecId();
  const ended = options.onCommand(uid);
  options.log.debug('command started', { session: `${namespace}/${name}`, execId });
  try {
    await runExec({ ...run, execId, containers: options.containers }, signal);
    ended('ok');
  } catch (thrown) {
    ended('error');
    throw thrown;
  }
}

const clientGone = (): OperatorError => new OperatorError('cancelled', 'the client of the command has gone');

function busy(target: RunningTarget, policy: Policy): OperatorError {
  const { namespace, name } = target.session.meta;
  const most = policy.exec.maxConcurrentPerSession;
  return new OperatorError(
    'conflict',
    `session ${namespace}/${name} runs ${most} commands already, the most at a time`,
    { retryAfterSeconds: 1 },
  );
}

function logFault(log: Log, thrown: unknown): void {
  const fault = asOperatorError(thrown);
  const fields = { kind: fault.kind, error: fault.message };
  if (fault.kind === 'internal') log.error('exec failed', fields);
  else log.debug('exec refused or ended', fields);
}

function sendHealth(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  response.end('ok\n');
}
