// Danger: in an incident nothing new may start while people look at what happened.
// Fields: every new session. Allowed: none while policy suspendAll is true. Source: requirements.md S1.IR.01.

import type { Violation } from '../model/violation.ts';

export const SUSPENSION_RULE = {
  id: 'MCPS-412',
  severity: 'deny',
  title: 'everything is suspended',
  why: 'In an incident nothing new may start while people look at what happened.',
} as const;

export const suspensionViolation: Violation = {
  rule: SUSPENSION_RULE.id,
  kind: 'forbidden',
  path: 'spec',
  message: 'the operator has suspended all sessions; policy suspendAll is true',
  fix: 'wait, or ask the cluster administrator when sessions are allowed again',
};
