// The rules' verdict on a stored spec, worked out once per spec: every look asks for it.

import { rememberPerHolder } from '../lib/remember.ts';
import type { McpSession } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Policy } from '../model/policy.ts';
import { evaluate } from '../rules/rule.ts';
import { sessionRules } from '../rules/session-rules.ts';

type Given = Pick<McpSession['meta'], 'labels' | 'annotations'> & { readonly policy: Policy };

export const judgeSpec = rememberPerHolder((spec: SessionSpec, { labels, annotations, policy }: Given) =>
  evaluate(sessionRules, { spec, labels, annotations }, policy),
);
