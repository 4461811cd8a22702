// Every rule that exists, for `mcpsession rules`, for the docs and for the tests that keep ids unique.

import { OWNER_RULE } from './access/owner.ts';
import { containerRules } from './container-rules.ts';
import type { Rule } from './rule.ts';
import { sessionRules } from './session-rules.ts';

export interface RuleDescription {
  readonly id: string;
  readonly severity: 'deny' | 'warn';
  readonly title: string;
  readonly why: string;
  /** What is judged: the spec at every gate, the built container and the one on the engine, the request, or what the node has. */
  readonly subject: 'session' | 'container' | 'request' | 'node';
}

/** Judged where a container is built, because only the node knows (src/plan/build-container.ts). */
const nodeRules: readonly RuleDescription[] = [
  {
    id: 'MCPS-108',
    severity: 'deny',
    title: 'OCI runtime of the node',
    why: 'A runtime that the engine does not have cannot isolate.',
    subject: 'node',
  },
  {
    id: 'MCPS-211',
    severity: 'deny',
    title: 'host path on the node',
    why: 'The engine would create a missing directory as root, and a socket or device is no directory.',
    subject: 'node',
  },
  {
    id: 'MCPS-320',
    severity: 'deny',
    title: 'volumes of the image',
    why: 'A VOLUME of the image is writable disk without a limit.',
    subject: 'node',
  },
  {
    id: 'MCPS-321',
    severity: 'deny',
    title: 'image without a registry digest',
    why: 'An image that was built or imported on the node has no origin that anybody can check.',
    subject: 'node',
  },
  {
    id: 'MCPS-322',
    severity: 'deny',
    title: 'labels of the image',
    why: 'A label of the image reaches the container, and proxies, schedulers and updaters on the node act on labels.',
    subject: 'node',
  },
];

/** Ordered by id. */
export const ruleRegistry: readonly RuleDescription[] = [
  ...sessionRules.map((rule) => describe(rule, 'session')),
  ...containerRules.map((rule) => describe(rule, 'container')),
  { ...OWNER_RULE, subject: 'request' as const },
  ...nodeRules,
].sort((left, right) => (left.id < right.id ? -1 : 1));

export const ruleById = (id: string): RuleDescription | null => ruleRegistry.find((rule) => rule.id === id) ?? null;

function describe(rule: Rule<never>, subject: RuleDescription['subject']): RuleDescription {
  const { id, severity, title, why } = rule;
  return { id, severity, title, why, subject };
}
