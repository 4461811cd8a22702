// What the engine of the node lacks for a session: the runtime that it asks for, and what the policy asks of every engine. Judged where
// a container is built, since only the node knows. Pure.

import type { NodeFacts } from '../model/container.ts';
import type { Policy } from '../model/policy.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Violation } from '../model/violation.ts';

interface EngineQuestion {
  readonly spec: SessionSpec;
  readonly node: NodeFacts;
  readonly policy: Policy;
}

/** A runtime that is not there cannot be bypassed; what policy asks of the engine can (K-02). */
export function engineProblems(question: EngineQuestion): readonly Violation[] {
  const missing = runtimeProblems(question);
  if (question.policy.yolo) return missing;
  return [...missing, ...appArmorProblems(question), ...postureProblems(question)];
}

function runtimeProblems({ spec, node }: EngineQuestion): readonly Violation[] {
  if (node.runtimes.includes(spec.security.runtime)) return [];
  return [
    {
      rule: 'MCPS-108',
      kind: 'invalid',
      path: 'spec.security.runtime',
      value: spec.security.runtime,
      message: `the engine of node ${node.nodeName} has no such runtime; it has ${node.runtimes.join(', ')}`,
      fix: 'choose one of these or another node',
    },
  ];
}

function appArmorProblems({ node, policy }: EngineQuestion): readonly Violation[] {
  if (policy.appArmor.mode !== 'required' || node.appArmor) return [];
  return [
    {
      rule: 'MCPS-109',
      kind: 'forbidden',
      path: 'spec.security.appArmorProfile',
      message: `the engine of node ${node.nodeName} has no AppArmor (policy appArmor.mode is required)`,
      fix: 'use a node with AppArmor, or ask for policy appArmor.mode ifAvailable',
    },
  ];
}

function postureProblems({ node, policy }: EngineQuestion): readonly Violation[] {
  const { requireRootless, requireUserNamespaces } = policy.engine;
  const needs = [
    { lacks: requireRootless && !node.rootless, what: 'runs as root', setting: 'engine.requireRootless' },
    {
      // A rootless engine runs in a user namespace of its own: root of the container is nobody on the node either way.
      lacks: requireUserNamespaces && !node.userNamespaces && !node.rootless,
      what: 'runs containers without user namespaces',
      setting: 'engine.requireUserNamespaces',
    },
  ];
  return needs
    .filter(({ lacks }) => lacks)
    .map(({ what, setting }) => ({
      rule: 'MCPS-110',
      kind: 'forbidden',
      path: 'spec.nodeSelector',
      message: `the engine of node ${node.nodeName} ${what} (policy ${setting})`,
      fix: 'choose a node whose engine is as policy asks',
    }));
}
