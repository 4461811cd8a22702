// What an image brings along that can neither be overridden nor be let through: disk, origin, labels, variables, and the mark of a
// known attack. Its user, entrypoint, command, health check and stop signal are never used; ONBUILD means nothing to the engine.
// Judged where a container is built, since only the node has the image. Pure. Source: requirements.md section 10, security.md 4.1, 4.4.

import { cleanPath } from '../lib/posix-path.ts';
import { shownValue } from '../lib/visible-text.ts';
import type { EnvironmentEntry, ImageFacts } from '../model/container.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import { isSteeringLabel } from '../model/steering-labels.ts';
import type { Violation } from '../model/violation.ts';
import { workingDirProblem } from '../rules/container-path.ts';
import { hasRelativeEntry, isHijackingVariable } from '../rules/hijacking-names.ts';

interface ImageQuestion {
  readonly spec: SessionSpec;
  readonly image: ImageFacts;
  readonly policy: Policy;
}

/** At most one violation of each rule: the image is one thing to change. None where policy bypasses every rule (K-02). */
export function imageProblems({ spec, image, policy }: ImageQuestion): readonly Violation[] {
  if (policy.yolo) return [];
  return [
    ...volumeProblems(image),
    ...originProblems(image, policy),
    ...labelProblems(image),
    ...environmentProblems(image, spec),
    ...workingDirProblems(image),
  ];
}

function volumeProblems({ volumes: [path] }: ImageFacts): readonly Violation[] {
  if (path === undefined) return [];
  const message = `the image declares VOLUME ${shownValue(path)}, which would be writable disk without a limit`;
  return [{ ...refusal, rule: 'MCPS-320', value: path, message, fix: 'use an image without VOLUME' }];
}

function originProblems({ repoDigests }: ImageFacts, { images }: Policy): readonly Violation[] {
  if (repoDigests.length > 0 || images.allowLocal) return [];
  const message = 'the image has no registry digest, and policy images.allowLocal is false';
  return [{ ...refusal, rule: 'MCPS-321', message, fix: 'push the image to a registry and name it by digest' }];
}

function labelProblems({ labels }: ImageFacts): readonly Violation[] {
  const key = labels.find(isSteeringLabel);
  if (key === undefined) return [];
  const message = `the image has label ${shownValue(key)}, which software on the node acts on`;
  return [{ ...refusal, rule: 'MCPS-322', value: key, message, fix: 'use an image without this label' }];
}

/** A variable that the session sets itself is judged there, and the image's is gone. */
function environmentProblems({ env }: ImageFacts, spec: SessionSpec): readonly Violation[] {
  const own = new Set(spec.env.map(({ name }) => name));
  const found = env.filter(({ name }) => !own.has(name)).find(isHijacking);
  if (found === undefined) return [];
  const name = shownValue(found.name);
  const message = `the image sets ${name}, which changes what programs load or run`;
  const value = found.name === 'PATH' ? 'a PATH of absolute directories' : `${name} to ""`;
  return [{ ...refusal, rule: 'MCPS-323', message, fix: `set ${value} in spec.env, or use an image without it` }];
}

const isHijacking = ({ name, value }: EnvironmentEntry): boolean =>
  isHijackingVariable(name, value) || (name === 'PATH' && hasRelativeEntry(value));

/** Never used, since every container gets its own; but nobody puts it there by accident (CVE-2024-21626). */
function workingDirProblems({ workingDir }: ImageFacts): readonly Violation[] {
  const problem = workingDir === '' ? null : workingDirProblem(cleanPath(workingDir));
  if (problem === null) return [];
  const message = `WORKDIR ${shownValue(workingDir)} of the image ${problem}`;
  return [{ ...refusal, rule: 'MCPS-324', value: workingDir, message, fix: 'use an image with another WORKDIR' }];
}

const refusal = { kind: 'forbidden', path: 'spec.image' } as const;
