// Whether the rules refuse a session that no node has taken: no controller judges it, and people must not wait for a node in vain.

import type { Policy } from '../model/policy.ts';
import type { McpSession } from '../model/session.ts';
import { judgeSpec } from './judge-spec.ts';
import { rejection } from './next-step.ts';
import type { Report } from './step.ts';

/** The same words that a controller would have; null for a session that may run, or whose spec cannot be read. */
export function refusalOf({ spec, meta }: McpSession, policy: Policy): Report | null {
  if (spec === null) return null;
  const { labels, annotations } = meta;
  const { violations } = judgeSpec(spec, { labels, annotations, policy });
  return violations.length === 0 ? null : rejection(violations);
}
