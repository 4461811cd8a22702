// Runs a command in a session and hands its frames on.

import type { Result } from '../../lib/result.ts';
import type { Caller } from '../../model/caller.ts';
import type { ExecCommand, ExecFrame } from '../../model/node-protocol.ts';
import type { NodeSession } from '../../ports/node-access.ts';
import type { SessionReference } from '../../ports/sessions.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { ToolError } from '../tool-error.ts';
import { onNode } from './on-node.ts';

export interface ExecQuery {
  readonly caller: Caller;
  /** `uid` null: whatever session has the name now. */
  readonly request: SessionReference & { readonly uid: string | null; readonly command: ExecCommand };
  readonly onFrame: (frame: ExecFrame) => void;
}

export function execInSession(
  parts: ServiceParts,
  query: ExecQuery,
  signal: AbortSignal,
): Promise<Result<null, ToolError>> {
  const { caller, request, onFrame } = query;
  const act = async ({ endpoint, namespace, name, uid, caller: named }: NodeSession): Promise<null> => {
    const execRequest = { sessionUid: uid, caller: named, command: request.command };
    await parts.nodeAccess.exec(endpoint, { namespace, name }, execRequest, onFrame, signal);
    return null;
  };
  return onNode(parts, { caller, claim: request, operation: 'exec', command: request.command, act }, signal);
}
