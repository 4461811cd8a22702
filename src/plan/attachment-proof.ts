// The proof of what a container is attached to: what was wanted against what the engine says of the network and the volume themselves,
// which the container's own settings only name (design.md 4, "Judge the effect").

import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import type { ObservedContainer } from '../model/container.ts';
import type { IsolationControl, McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { boundText, isAsWanted, networkProblems } from './attachments.ts';
import type { Observation } from './observation.ts';
import { wantedNetwork, wantedWorkspace, wantsAttachments, wantsVolume } from './wanted-attachments.ts';

interface Proof {
  readonly seen: Observation;
  readonly session: McpSession;
  readonly spec: SessionSpec;
  readonly own: ObservedContainer;
}

const SHOWN_LENGTH = 300;
const shown = (text: string): string => shorten(escapeInvisible(text), SHOWN_LENGTH);
const ALONE = 'internal bridge with this container alone';

/** None for a session that is attached to nothing, and while nobody has looked. */
export function attachmentControls(proof: Proof): readonly IsolationControl[] {
  if (!wantsAttachments(proof.spec) || proof.seen.attachments === null) return [];
  return [...networkControls(proof), ...workspaceControls(proof)];
}

/** null when everything is as it was wanted; else the first difference in words. */
export function attachmentMismatch(proof: Proof): string | null {
  const failed = attachmentControls(proof).find(({ ok }) => !ok);
  return failed === undefined ? null : `${failed.id}: wanted ${failed.want}, got ${failed.got}`;
}

function networkControls({ seen, session, spec, own }: Proof): readonly IsolationControl[] {
  const want = wantedNetwork({ session, spec, node: seen.node });
  if (want === null) return [];
  const networks = seen.attachments?.networks ?? [];
  const problems = networks.flatMap((network) => networkProblems(network, { session, spec, seen }, own));
  const ok = networks.length === 1 && problems.length === 0;
  const got =
    networks.length === 1 ? `a bridge with other ${problems.join('; ')}` : `${networks.length} networks of the session`;
  return [{ id: 'ownNetwork', want: ALONE, got: ok ? ALONE : shown(got), ok }];
}

function workspaceControls({ seen, session, spec }: Proof): readonly IsolationControl[] {
  if (!wantsVolume(spec)) return [];
  const want = wantedWorkspace({ session, spec, node: seen.node, policy: seen.policy });
  const [found] = seen.attachments?.workspaces ?? [];
  const ok = want !== null && found !== undefined && isAsWanted(found, want);
  const extras = found === undefined || found.differences.length === 0 ? '' : ` with ${found.differences.join(', ')}`;
  return [
    {
      id: 'workspace',
      want: want === null ? 'none on this node' : shown(boundText(want)),
      got: found === undefined ? 'no volume of the session' : shown(`${boundText(found)}${extras}`),
      ok,
    },
  ];
}

/** Said to people wherever the session runs, because nothing holds the workspace to its size. */
export function unboundedText({ seen, session, spec }: Omit<Proof, 'own'>): string {
  const want = wantedWorkspace({ session, spec, node: seen.node, policy: seen.policy });
  return want?.sizeBytes === null ? '; the workspace is on disk without a bound (policy workspace.unboundedDisk)' : '';
}
