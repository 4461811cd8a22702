// Danger: a target that two programs read differently is checked as one host and reached as another.
// Fields: spec.network.egress[].{host,cidr,ports}. Allowed: one of host ("pypi.org", "*.example.com", with a port where ports is
// empty) and cidr (network address and prefix length), plainly written; ports once each.
// Source: requirements.md S3.T3.07-08, security.md 11 class 11.

import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { isBlockedHost } from '../network/blocked-host.ts';
import { hostFormatProblem, portOfHost } from '../network/host-format.ts';
import { parseHostText } from '../network/host-text.ts';
import { isPlainRange, parseIpRange } from '../network/ip-ranges.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const egressForm: Rule<SessionSubject> = {
  id: 'MCPS-506',
  severity: 'deny',
  title: 'form of egress targets',
  why: 'A target that two programs read differently is checked as one host and reached as another.',
  check: ({ spec }) =>
    spec.network.egress.flatMap((target, index): Violation[] => {
      const problem = targetProblem(target);
      if (problem === null) return [];
      const { field, message, fix } = problem;
      const path = `spec.network.egress[${index}]${field}`;
      return [{ rule: 'MCPS-506', kind: 'invalid', path, message, fix }];
    }),
};

type Target = SessionSpec['network']['egress'][number];
interface Problem {
  readonly field: '' | '.host' | '.cidr' | '.ports';
  readonly message: string;
  readonly fix: string;
}

function targetProblem({ host, cidr, ports }: Target): Problem | null {
  if (host === undefined && cidr === undefined) {
    return { field: '', message: 'names neither host nor cidr', fix: 'name one of them' };
  }
  if (host !== undefined && cidr !== undefined) {
    return { field: '', message: 'names both host and cidr', fix: 'keep one; list the other as a target of its own' };
  }
  if (new Set(ports).size < ports.length) return { field: '.ports', message: 'a port is given twice', fix: 'keep one' };
  if (cidr !== undefined) return rangeProblem(cidr);
  return host === undefined ? null : hostProblem(host, ports);
}

function hostProblem(host: string, ports: readonly number[]): Problem | null {
  const field = '.host';
  // Where MCPS-505 refuses the host, how it is written does not matter any more.
  const problem = parseHostText(host) !== null && isBlockedHost(host) ? null : hostFormatProblem(host);
  if (problem !== null) {
    return {
      field,
      message: `${shownValue(host)} ${problem}`,
      fix: 'write a name such as pypi.org, or a plain address',
    };
  }
  if (ports.length === 0 || portOfHost(host) === null) return null;
  return { field, message: `${shownValue(host)} has a port beside ports`, fix: 'list the port under ports alone' };
}

function rangeProblem(cidr: string): Problem | null {
  const field = '.cidr';
  const range = parseIpRange(cidr);
  if (range === null) {
    return { field, message: `${shownValue(cidr)} is not a range of addresses`, fix: 'write it like 8.8.8.0/24' };
  }
  if (isPlainRange(range)) return null;
  return {
    field,
    message: `${shownValue(cidr)} has bits behind its prefix`,
    fix: 'write the first address of the range',
  };
}
