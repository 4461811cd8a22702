// Danger: a port on every address of the node is open to whoever reaches the node; the engine does that when the address is
// left out. Fields: spec.network.ports[].hostIP. Allowed: one literal address of the node, IPv4 or IPv6, in whatever network mode
// (K-39); every address only where policy ports.allowPublic is true.
// Source: CIS Docker 5.14, requirements.md S0.M1.05-06, security.md 4.2 PortBindings.

import { isMapped, isMulticastOrReserved, isUnspecified, parseIpAddress } from '../../lib/ip-address.ts';
import { shownValue } from '../../lib/visible-text.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const publicPort: Rule<SessionSubject> = {
  id: 'MCPS-502',
  severity: 'deny',
  title: 'public ports',
  why: 'A port on every address of the node is open to whoever reaches the node.',
  check: ({ spec }, policy) =>
    spec.network.ports.flatMap(({ hostIP }, index): Violation[] => {
      const problem = hostIpProblem(hostIP, policy.ports.allowPublic);
      if (problem === null) return [];
      const { kind, message } = problem;
      const path = `spec.network.ports[${index}].hostIP`;
      return [{ rule: 'MCPS-502', kind, path, message, fix: 'set hostIP: 127.0.0.1' }];
    }),
};

/** Why a port may not be published here; "" and undefined are what the engine takes as every address. */
export function hostIpProblem(
  hostIP: string | undefined,
  allowPublic: boolean,
): { readonly kind: 'forbidden' | 'required'; readonly message: string } | null {
  const everywhere = 'publishes on every address; policy ports.allowPublic (SAFETY_ALLOW_PUBLIC_PORT_BINDING) is false';
  if (hostIP === undefined || hostIP === '') {
    return allowPublic ? null : { kind: 'required', message: `a missing hostIP ${everywhere}` };
  }
  const address = parseIpAddress(hostIP);
  if (address === null || isMapped(address) || isMulticastOrReserved(address)) {
    return { kind: 'forbidden', message: `${shownValue(hostIP)} is not one literal address of the node` };
  }
  if (!isUnspecified(address) || allowPublic) return null;
  return { kind: 'forbidden', message: `${shownValue(hostIP)} ${everywhere}` };
}
