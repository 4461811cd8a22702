// Whether policy lets a command run in a session: asked before the node is, so that it starts nothing. The node asks again.

import type { ExecCommand, InteractiveCommand } from '../../model/node-protocol.ts';
import type { McpSession } from '../../model/session.ts';
import { judgeExec, renderCommandDenial } from '../../rules/command/judge-exec.ts';
import { commandRefusal } from '../node-refusal.ts';
import type { ServiceParts } from '../service-parts.ts';
import type { ToolError } from '../tool-error.ts';

/** null: it may run, or the policy at hand is not the cluster's own and somebody else judges. */
export async function refuseCommand(
  parts: Pick<ServiceParts, 'access' | 'policiesFor'>,
  asked: { readonly session: McpSession; readonly command: ExecCommand | InteractiveCommand },
  signal: AbortSignal,
): Promise<ToolError | null> {
  const { session, command } = asked;
  if (!parts.access.knowsPolicy || session.spec === null) return null;
  const { policies } = await parts.policiesFor(session.meta.namespace, signal);
  const violations = judgeExec({ command, session: session.spec }, policies.enforce.policy);
  return violations.length === 0 ? null : commandRefusal(renderCommandDenial(violations));
}
