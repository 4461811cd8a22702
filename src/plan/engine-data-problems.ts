// A host path that leads to the engine's data, where its operator has moved it to (rule MCPS-211): the usual places are refused
// everywhere by name, this one only its node knows. Pure. Source: security.md 11 class 4, requirements.md S0.C1.15.

import { isAtOrBelow } from '../lib/posix-path.ts';
import { shownValue } from '../lib/visible-text.ts';
import type { NodeFacts, ResolvedHostPath } from '../model/container.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';

export function engineDataProblems(input: {
  readonly spec: SessionSpec;
  readonly hostPaths: readonly ResolvedHostPath[];
  readonly node: NodeFacts;
  readonly policy: Policy;
}): readonly Violation[] {
  const { spec, hostPaths, node, policy } = input;
  const data = node.engineDirectory;
  if (policy.yolo || data === '') return [];
  return spec.mounts.flatMap(({ hostPath = '' }, index): Violation[] => {
    const resolved = hostPaths.find(({ asked }) => asked === hostPath)?.resolved ?? null;
    // Above it too: what is mounted holds all that lies below.
    if (resolved === null || !(isAtOrBelow(resolved, data) || isAtOrBelow(data, resolved))) return [];
    return [
      {
        rule: 'MCPS-211',
        kind: 'forbidden',
        path: `spec.mounts[${index}].hostPath`,
        message: `${shownValue(hostPath)} holds the data of the engine, and so that of other containers`,
        fix: 'name another directory',
      },
    ];
  });
}
