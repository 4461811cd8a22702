// The verdict on what an object says, whoever sends it: schema, then the session rules. Its answers can be kept, because they depend
// on the object and the policies alone: one session is judged again with each change of its metadata, and many are made alike.

import { parseSessionSpec } from '../model/session.ts';
import { judgeSession, type SessionVerdict } from '../rules/judge-session.ts';
import type { ChosenPolicies } from '../rules/profile-choice.ts';
import type { AdmissionObject } from './admission-review.ts';

export type JudgeSpec = (object: AdmissionObject, policies: ChosenPolicies) => SessionVerdict;

export const judgeSpec: JudgeSpec = ({ spec, labels, annotations }, policies) => {
  const parsed = parseSessionSpec(spec);
  if (parsed.spec === null) return { violations: parsed.problems, warnings: [], audited: [] };
  return judgeSession({ spec: parsed.spec, labels, annotations }, policies);
};

const MOST_VERDICTS = 256;
/** Of an object as text; with the number above, the bound on what is kept. */
const LONGEST_KEY = 8 * 1024;

/** The same answers. An object is known by all of its text, and a policy by the hash of its settings. */
export function rememberVerdicts(judge: JudgeSpec): JudgeSpec {
  const known = new Map<string, SessionVerdict>();
  return (object, policies) => {
    const { enforce, warn, audit } = policies;
    const { spec, labels, annotations } = object;
    const said = JSON.stringify([spec, labels, annotations]);
    if (said.length > LONGEST_KEY) return judge(object, policies);
    const key = `${enforce.hash} ${warn?.hash ?? ''} ${audit?.hash ?? ''} ${said}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = judge(object, policies);
    const [oldest] = known.keys();
    if (known.size >= MOST_VERDICTS && oldest !== undefined) known.delete(oldest);
    known.set(key, made);
    return made;
  };
}
