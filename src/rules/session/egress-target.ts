// Danger: a target that is the node, its network, the cluster or a cloud's metadata service hands their trust to the session.
// Fields: spec.network.egress[].{host,cidr}. Allowed: public names and addresses, in whatever network mode; a range that holds no
// other address. Source: requirements.md S3.T6 and 9.7, K-20, K-23; CVE-2025-9074.

import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { blockedHostProblem } from '../network/blocked-host.ts';
import { blockedIn } from '../network/blocked-ranges.ts';
import { parseHostText } from '../network/host-text.ts';
import { parseIpRange } from '../network/ip-ranges.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const egressTarget: Rule<SessionSubject> = {
  id: 'MCPS-505',
  severity: 'deny',
  title: 'egress to the node, its networks or a metadata service',
  why: 'Services of the node and its networks trust who reaches them.',
  check: ({ spec }) =>
    spec.network.egress.flatMap(({ host, cidr }, index) => [
      ...hostViolations(host, `spec.network.egress[${index}].host`),
      ...rangeViolations(cidr, `spec.network.egress[${index}].cidr`),
    ]),
};

type Target = SessionSpec['network']['egress'][number];

/** What is no host at all is for MCPS-506. */
function hostViolations(host: Target['host'], path: string): readonly Violation[] {
  if (host === undefined || parseHostText(host) === null) return [];
  const problem = blockedHostProblem(host);
  return problem === null ? [] : [violation(path, `${shownValue(host)} ${problem}`, 'name a public host')];
}

function rangeViolations(cidr: Target['cidr'], path: string): readonly Violation[] {
  const range = cidr === undefined ? null : parseIpRange(cidr);
  const what = range === null ? null : blockedIn(range);
  if (cidr === undefined || what === null) return [];
  return [violation(path, `${shownValue(cidr)} holds ${what}`, 'name a range of public addresses alone')];
}

const violation = (path: string, message: string, fix: string): Violation => ({
  rule: 'MCPS-505',
  kind: 'forbidden',
  path,
  message,
  fix,
});
