// The proof for host paths: the object that was judged before the container was made against the one that the running container
// has. A name can lead elsewhere a moment later; device and inode cannot (security.md 4.3, TOCTOU; rule MCPS-212).

import { sameJson } from '../lib/same-json.ts';
import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import type { FileIdentity, ObservedContainer } from '../model/container.ts';
import type { IsolationControl } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';
import { renderSummary } from '../rules/render.ts';
import type { Observation } from './observation.ts';
import { act, type Decision, rest } from './step.ts';

const RULE = 'MCPS-212';
/** The engine has said "running" and names no process yet. */
const RECHECK_MS = 1_000;
const SHOWN_LENGTH = 1000;

interface Comparison {
  readonly hostPath: string;
  readonly path: string;
  /** null for a path that nothing was found at, or that nobody could look at. */
  readonly want: FileIdentity | null;
  readonly got: FileIdentity | null;
}

/** null when there is nothing to look at, or it was looked at already. */
export function lookAtMounts(seen: Observation, spec: SessionSpec, own: ObservedContainer): Decision | null {
  const targets = spec.mounts.flatMap(({ hostPath, target }) => (hostPath === undefined ? [] : [target]));
  if (targets.length === 0 || seen.containerMounts !== null) return null;
  if (own.pid === null) return rest(RECHECK_MS);
  return act({ do: 'lookAtMounts', containerId: own.id, pid: own.pid, targets });
}

/** null when every host path of the running container is the object that was judged; else why not, for people. */
export function hostPathMismatch(seen: Observation, spec: SessionSpec): string | null {
  const changed = comparisons(seen, spec).filter((comparison) => !isSame(comparison));
  return changed.length === 0 ? null : renderSummary(changed.map((comparison) => violation(seen, comparison)));
}

/** None for a session without host paths. */
export function hostPathControls(seen: Observation, spec: SessionSpec): readonly IsolationControl[] {
  const compared = comparisons(seen, spec);
  if (compared.length === 0) return [];
  const shown = (side: 'want' | 'got') =>
    shorten(compared.map((each) => `${escapeInvisible(each.hostPath)} ${named(each[side])}`).join(', '), SHOWN_LENGTH);
  return [{ id: 'hostPaths', want: shown('want'), got: shown('got'), ok: compared.every(isSame) }];
}

function comparisons({ hostPaths, containerMounts }: Observation, spec: SessionSpec): readonly Comparison[] {
  return spec.mounts.flatMap(({ hostPath, target }, index): Comparison[] => {
    if (hostPath === undefined) return [];
    const want = hostPaths?.find(({ asked }) => asked === hostPath)?.identity ?? null;
    const mounts = containerMounts?.seen === true ? containerMounts.mounts : [];
    const got = mounts.find((mount) => mount.target === target)?.identity ?? null;
    return [{ hostPath, path: `spec.mounts[${index}].hostPath`, want, got }];
  });
}

const isSame = ({ want, got }: Comparison): boolean => want !== null && sameJson(want, got);

const named = (identity: FileIdentity | null): string =>
  identity === null ? 'not seen' : `device ${identity.device} inode ${identity.inode}`;

function violation({ containerMounts }: Observation, { path, hostPath, want, got }: Comparison): Violation {
  if (containerMounts?.seen !== true) {
    const why = containerMounts?.why ?? 'nobody looked';
    return {
      rule: RULE,
      kind: 'forbidden',
      path,
      message: `the container cannot be compared with the host path: ${why}`,
      fix: 'run the controller with the processes of the node (hostPID), or delete the mount',
    };
  }
  const has = got === null ? 'has nothing mounted there' : `has ${named(got)}`;
  const moved =
    want !== null && got !== null && named(want) === named(got)
      ? ', another object of that number or under another name'
      : '';
  return {
    rule: RULE,
    kind: 'forbidden',
    path,
    value: hostPath,
    message: `host path changed after the check: it was ${named(want)}, the container ${has}${moved}`,
    fix: 'let nobody rename what lies above it on the node, then create the session again',
  };
}
