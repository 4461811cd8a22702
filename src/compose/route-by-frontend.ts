// The way that commands of `mcpsession mcp` take, looked at before it is used: what is missing on it is no matter of the session's node, and
// is told with what to do instead.

import type { ExecRoute } from '../frontend/exec-route.ts';
import { sentence, type ToolError } from '../frontend/tool-error.ts';
import { OperatorError } from '../lib/errors.ts';
import { err, ok } from '../lib/result.ts';
import type { NodeEndpoint } from '../ports/node-access.ts';
import type { NodeDial } from '../ports/node-dial.ts';

export interface WayToFrontend {
  /** null: the cluster does not say where it is. */
  readonly find: (signal: AbortSignal) => Promise<NodeEndpoint | null>;
  readonly token: (signal: AbortSignal) => Promise<string>;
  readonly dial: NodeDial;
}

export const NO_FRONTEND = 'The cluster does not say where its MCP front end is, which every session is reached by.';

/** A dial that went well once is not tried again: what breaks later, the connection tells. */
export function routeByFrontend({ find, token, dial }: WayToFrontend): ExecRoute {
  let wasReached = false;
  return async (_session, _caller, signal) => {
    const endpoint = await find(signal);
    if (endpoint === null) {
      const next = 'ask the cluster administrator to start the front end, then retry';
      return err({ code: 'INTERNAL', what: NO_FRONTEND, next });
    }
    try {
      await token(signal);
      if (!wasReached) (await dial(new URL(endpoint.url), signal))?.destroy();
      wasReached = true;
    } catch (thrown) {
      const missing = thrown instanceof OperatorError ? missingOnTheWay(thrown) : null;
      if (missing === null) throw thrown;
      return err(missing);
    }
    return ok({ endpoint, caller: null });
  };
}

/** null: nothing that a person could mend. */
function missingOnTheWay({ kind, message }: OperatorError): ToolError | null {
  const what = sentence(message.replaceAll(/:\n\s*/g, ': ').replaceAll(/\n\s*/g, '; '));
  switch (kind) {
    case 'not-found':
    case 'forbidden':
      return { code: 'FORBIDDEN', what, next: 'ask the user to have the cluster administrator do that, then retry' };
    case 'unavailable':
    case 'timeout':
      return { code: 'NOT_READY_YET', what, next: 'retry in a few seconds, then tell the user' };
    default:
      return null;
  }
}
