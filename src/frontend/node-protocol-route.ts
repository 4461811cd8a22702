// The node protocol for the CLI and the stdio front end: the bearer speaks for itself here, and the front end names it to the node.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { asOperatorError, OperatorError } from '../lib/errors.ts';
import type { Caller } from '../model/caller.ts';
import { execRequestSchema } from '../model/node-protocol.ts';
import type { Log } from '../ports/log.ts';
import type { SessionReference } from '../ports/sessions.ts';
import { openExecStream } from '../process/exec-stream.ts';
import { readJsonBody } from '../process/json-body.ts';
import { faultOfToolError } from './fault-mapping.ts';
import type { Services } from './services.ts';

const BODY_LIMITS = { maxBytes: 2 * 1024 * 1024, maxDepth: 16 };

/** Answers the request whatever happens; resolves when the answer is out. */
export async function serveExec(
  call: {
    readonly reference: SessionReference;
    readonly caller: Caller;
    readonly services: Services;
    readonly log: Log;
  },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { reference, caller, services } = call;
  const stream = openExecStream(response);
  try {
    const { sessionUid, command } = parseRequest(await readJsonBody(request, BODY_LIMITS, stream.signal));
    const wanted = { ...reference, uid: sessionUid, command };
    const done = await services.exec(caller, wanted, (frame) => void stream.write(frame), stream.signal);
    if (!done.ok) throw faultOfToolError(done.error);
    stream.end();
  } catch (thrown) {
    const fault = asOperatorError(thrown);
    if (fault.kind === 'internal' && !stream.signal.aborted) {
      call.log.error('exec failed', { session: `${reference.namespace}/${reference.name}`, error: fault.message });
    }
    stream.fail(thrown);
  }
}

function parseRequest(body: unknown) {
  const parsed = execRequestSchema.safeParse(body);
  if (!parsed.success) throw new OperatorError('invalid', 'the exec request does not fit the protocol');
  if (parsed.data.caller !== null)
    throw new OperatorError('forbidden', 'caller must be null: nobody may name somebody else here');
  return parsed.data;
}
