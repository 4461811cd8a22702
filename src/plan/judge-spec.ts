// The rules' verdict on a stored spec, worked out once per spec: every look asks for it.

import { rememberPerHolder } from '../lib/remember.ts';
import type { ObjectMeta } from '../model/session.ts';
import type { SessionSpec } from '../model/session-spec.ts';
import type { Policy } from '../model/policy.ts';
import { evaluate, type Verdict } from '../rules/rule.ts';
import { sessionRules } from '../rules/session-rules.ts';

type Given = Pick<ObjectMeta, 'labels' | 'annotations'> & { readonly policy: Policy };

const judged = rememberPerHolder((spec: SessionSpec, { labels, annotations, policy }: Given) =>
  evaluate(sessionRules, { spec, labels, annotations }, policy),
);

export const judgeSpec = (spec: SessionSpec, { labels, annotations, policy }: Given): Verdict =>
  judged(spec, { labels: orNone(labels), annotations: orNone(annotations), policy });

const NONE = {};
/** Most sessions have none: then it is always the same one. */
const orNone = (texts: ObjectMeta['labels']): ObjectMeta['labels'] => (Object.keys(texts).length === 0 ? NONE : texts);
