// Single controls of standards that the source documents name; each of these standards asks for far more than software can give.

import { type Standard, tableRows } from './row.ts';

export const OTHERS: readonly Standard[] = [
  {
    title: 'OWASP Top 10 (2021), the categories that concern a session server',
    introduction: '',
    rows: tableRows(`
A01 | broken access control | default | Rights and ownership are asked for on every call, in the name of the caller. | 601, 602 | identity | identity: a session belongs to whoever created it: for the others it does not exist
A03 | injection | default | Commands are lists of arguments, and shell tokens in values of variables are refused; no shell line is built here. | 603, 606 | environment | env: S0.H1.02, S0.H1.03 refuses %j without showing it
A05 | security misconfiguration | default | Safe defaults, unknown settings are refused, every switch that loosens something is named and shown. | 929 | otherSettings | policy: S2.STR.02: names every problem at once, unknown keys included: key, value, what is allowed
A07 | identification and authentication failures | default | Tokens of the API server alone; failures are bounded per network. | | | gate: S0.H5.02: bounds failures per network, and lets those in who were in a moment ago
A10 | server-side request forgery | default | Targets are judged in every notation, IPv4 and IPv6, tunnels included; sessions have no network in this release. | 501, 505, 506 | network | block: S3.T6.14: %s; network: S3.T6.04 targets on the node, in its networks and in disguise, in whatever network mode
`),
  },
  {
    title: 'PCI DSS 4.0, requirement 2.2',
    introduction:
      'System components are configured securely. Supported for session containers; the scope of an assessment is far wider.',
    rows: tableRows(`
2.2.1 | configuration standards, kept | shared | The profile of a container is one file of code; every running session shows in its status that it has it. | 929 | otherSettings | main: S3.DEP.04, S3.T1.04: the engine runs what the profile promises
2.2.3 | functions of different security levels are apart | shared | One container per session; profiles by namespace, nodes by selector. | 610, 910 | pidNamespace, network | build: the default session is the profile of security.md 4.1, whole
2.2.4 | only necessary functions are enabled | default | No network, no capability, a read-only root, no device. | 901, 902, 908, 918 | network, capabilities, readOnlyRoot, devices | build: S3.IMP.03, S4.T2.03: a read-only root
2.2.6 | security parameters prevent misuse | default | Rules at every gate, and the container is judged again as it runs. | 901, 904, 905 | noNewPrivileges, seccomp | gates: a rule about sessions is asked at every gate that is named, and at no other
`),
  },
  {
    title: 'SOC 2 (Trust Services Criteria), isolation of containers',
    introduction: 'An auditor judges an organisation over time; these are what this software can show.',
    rows: tableRows(`
CC6.1 | logical access | shared | Kubernetes identities, rights on every call, ownership of sessions. | 601 | identity | identity: S0.C3.02, S1.WARN.03: no path of the front end answers without a good token
CC6.6 | threats from outside the boundaries | shared | TLS alone beyond loopback, tokens of our audience, no network for sessions. | 501 | network | gate: S1.WARN.03: $name: $want
CC6.8 | unauthorized software | setting | Policy \`images.allow\` and \`images.requireDigest\`; a read-only root. | 302, 303, 908 | image, readOnlyRoot | image: S4.SCN.04: a registry that policy does not list, by whole components
CC7.2 | anomalies are seen | shared | Status shows each control as approved and as found; events and metrics. No audit log of its own in this release. | 929 | otherSettings | main: S3.DEP.04, S3.T1.04: the engine runs what the profile promises
`),
  },
];
