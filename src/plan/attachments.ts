// The order of life: network, workspace, container; and back: container, network, workspace, and only then the finalizer. One mutation
// per pass, and what a crash leaves is found by the next look. Pure.

import type { ObservedNetwork, ObservedWorkspace, WorkspaceSpec } from '../model/attachments.ts';
import type { ObservedContainer } from '../model/container.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Observation } from './observation.ts';
import { act, type Decision, rest, type Step } from './step.ts';
import { wantedNetwork, wantedWorkspace, wantsAttachments, workspaceProblems } from './wanted-attachments.ts';

const RETRY_MS = 30_000;

/** The next step before the session's container can be made; null when it has everything. */
export function beforeContainer(seen: Observation, session: McpSession, spec: SessionSpec): Decision | null {
  if (!wantsAttachments(spec)) return null;
  const { node, policy } = seen;
  if (workspaceProblems({ spec, node, policy }).length > 0) return null; // the container is refused for them
  if (seen.attachments === null) return act(lookAtAttachments(session, null));
  const { networks, workspaces } = seen.attachments;
  const network = wantedNetwork({ session, spec, node });
  if (network !== null) {
    const wrong = networks.find(
      (each, index) => index > 0 || networkProblems(each, { session, spec, seen }).length > 0,
    );
    if (wrong !== undefined) return act({ do: 'removeNetwork', networkId: wrong.id });
    if (networks.length === 0) return act({ do: 'createNetwork', spec: network });
  }
  const workspace = wantedWorkspace({ session, spec, node, policy });
  return workspace === null ? null : beforeMount(seen, { spec, workspace, found: workspaces[0] ?? null });
}

function beforeMount(
  seen: Observation,
  given: { readonly spec: SessionSpec; readonly workspace: WorkspaceSpec; readonly found: ObservedWorkspace | null },
): Decision | null {
  const { spec, workspace, found } = given;
  const differs = found !== null && !isAsWanted(found, workspace);
  if (differs && spec.workspace.persistent) {
    const message = `the kept workspace is ${boundText(found)}, and policy now asks for ${boundText(workspace)}; create a new session`;
    return rest(RETRY_MS, { reason: 'CreateRejected', message });
  }
  // Of an earlier container, or of a controller that ended before it made one: not to be had again.
  const old = found !== null && !seen.workspaceReady && !spec.workspace.persistent;
  if (found !== null && (differs || old)) return act({ do: 'removeWorkspace', name: found.name });
  if (found === null || !seen.workspaceReady) return act({ do: 'prepareWorkspace', spec: workspace });
  return null;
}

/**
 * The next step towards nothing being left of a session without a container; null when nothing is. A workspace that persists stays
 * until the session is deleted. A spec that cannot be read may have asked for anything: then all is looked for at the end.
 */
export function afterContainer(seen: Observation, session: McpSession): Decision | null {
  const { spec } = session;
  const deleting = session.meta.deletionMs !== null;
  if (spec === null ? !deleting : !wantsAttachments(spec)) return null;
  if (seen.attachments === null) return act(lookAtAttachments(session, null));
  const { networks, workspaces } = seen.attachments;
  const [network] = networks;
  if (network !== undefined) return act({ do: 'removeNetwork', networkId: network.id });
  const [workspace] = workspaces;
  const kept = !deleting && spec?.workspace.persistent !== false;
  return workspace === undefined || kept ? null : act({ do: 'removeWorkspace', name: workspace.name });
}

/** First what is left of the session on the engine, with the same words for people. */
export function onceNothingIsLeft(seen: Observation, session: McpSession, decision: Decision): Decision {
  const first = afterContainer(seen, session);
  return first === null ? decision : { ...first, report: decision.report };
}

/** Of sessions that are gone: nobody else would remove it. null when nothing is. */
export function removeLeftover(seen: Observation): Decision | null {
  const found =
    seen.leftovers.find(({ kind }) => kind === 'network') ?? seen.leftovers.find(({ kind }) => kind === 'workspace');
  if (found === undefined) return null;
  return act(
    found.kind === 'network' ? { do: 'removeNetwork', networkId: found.id } : { do: 'removeWorkspace', name: found.id },
  );
}

export function lookAtAttachments(session: McpSession, own: ObservedContainer | null): Step {
  return { do: 'lookAtAttachments', uid: session.meta.uid, containerId: own?.id ?? null, pid: own?.pid ?? null };
}

interface Question {
  readonly session: McpSession;
  readonly spec: SessionSpec;
  readonly seen: Observation;
}

/** Where a network is not the session's own: settings, generation, name, and who is on it beside the container that runs. */
export function networkProblems(
  network: ObservedNetwork,
  { session, spec, seen }: Question,
  own: ObservedContainer | null = null,
): readonly string[] {
  const want = wantedNetwork({ session, spec, node: seen.node });
  const endpoints = own?.state === 'running' ? [own.id] : [];
  const facts = [
    { holds: network.name === want?.name, problem: `name ${network.name}` },
    {
      holds: network.identity.instanceGeneration === want?.identity.instanceGeneration,
      problem: `generation ${network.identity.instanceGeneration}`,
    },
    { holds: network.differences.length === 0, problem: network.differences.join(', ') },
    {
      holds: network.endpoints.join() === endpoints.join(),
      problem: `containers ${network.endpoints.map((id) => id.slice(0, 12)).join(', ') || 'none'}`,
    },
  ];
  return facts.filter(({ holds }) => !holds).map(({ problem }) => problem);
}

export const isAsWanted = (found: ObservedWorkspace, want: WorkspaceSpec): boolean =>
  found.name === want.name &&
  found.driver === want.driver &&
  found.sizeBytes === want.sizeBytes &&
  found.differences.length === 0;

const MIB = 1_048_576;

/** "disk, 256Mi by local"; without a bound it says so. */
export function boundText({ driver, sizeBytes }: Pick<WorkspaceSpec, 'driver' | 'sizeBytes'>): string {
  return sizeBytes === null ? 'disk, unbounded' : `disk, ${Math.round((sizeBytes / MIB) * 100) / 100}Mi by ${driver}`;
}
