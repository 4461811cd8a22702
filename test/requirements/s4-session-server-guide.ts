// Rows of source document S4, the guide of a server for coding sessions in containers: id | kind | owner | what it asks, in our words | where it is met, if not here.

export const S4_ROWS = `
S4.T1.01 | behaviour | CHART | our own pods drop all capabilities
S4.T1.02 | rule | AGENT, DOCS | rootless and remapped engines are seen, and policy can require them
S4.T1.03 | behaviour | AUDIT | every engine call is audited | audit
S4.T1.04 | default | AGENT | no network by default
S4.T2.01 | behaviour | AGENT | AppArmor or SELinux
S4.T2.02 | default | AGENT | all capabilities are dropped
S4.T2.03 | default | AGENT | a read-only root by default
S4.T2.04 | behaviour | CI | regular updates | ci
S4.T3.01 | limit | AGENT, CRD | CPU, memory and disk are bounded
S4.T3.02 | limit | CTRL, CRD | a session ends after its time and after idling
S4.T3.03 | behaviour | AGENT, AUDIT | usage per session is measured | usage
S4.T3.04 | behaviour | AGENT, CTRL | orphans are removed, lost containers are said, strangers are left alone
S4.CFG.01 | default | AGENT | no new privileges, no capabilities, read-only root
S4.CFG.02 | limit | CRD | the sample's memory and CPU fit into the limits
S4.CFG.03 | behaviour | MCP, CRD | a dockerOpts object is translated, unknown keys are refused | arguments
S4.CFG.04 | default | AGENT, CRD | an isolated network per session
S4.CFG.05 | behaviour | CHART | the socket is mounted read-only
S4.CFG.06 | behaviour | AUDIT | MCP_AUDIT_LOG names the audit file | audit
S4.CFG.07 | behaviour | AUDIT | fields of the audit record | audit
S4.DEV.01 | behaviour | CHART, DOCS | session nodes can be set apart
S4.DEV.02 | behaviour | AGENT | stopped containers are removed
S4.DEV.03 | limit | POL, HOOK | 3 sessions per subject, 10 per namespace, without a race
S4.DEV.04 | document | DOCS | version control for code | docs
S4.PRD.01 | behaviour | CHART, DOCS | dedicated nodes
S4.PRD.02 | behaviour | CHART | least rights per component
S4.PRD.03 | behaviour | CHART | network policies
S4.PRD.04 | behaviour | MCP, CHART | keys can be rotated | oauth
S4.PRD.05 | document | DOCS | no cloud keys as tool arguments
S4.PRD.06 | limit | MCP | calls are limited in rate
S4.PRD.07 | behaviour | CHART | alerts | chart
S4.PRD.08 | behaviour | AGENT | engine events against sessions
S4.PRD.09 | behaviour | AUDIT | usage over time | usage
S4.CHK.01 | behaviour | AGENT | doctor: the engine does not listen on the network | doctor
S4.CHK.02 | behaviour | POL | doctor: limits | doctor
S4.CHK.03 | behaviour | AUDIT | doctor: audit | doctor
S4.CHK.04 | behaviour | CHART, AGENT | doctor: network | doctor
S4.CHK.05 | behaviour | CI | doctor: scanning | doctor
S4.CHK.06 | document | DOCS | doctor: incident plan | docs
S4.CHK.07 | behaviour | CI | doctor: age of versions | doctor
S4.CHK.08 | behaviour | CHART | doctor: rights that are too wide | doctor
S4.VUL.01 | document | DOCS | no public issue for a vulnerability | docs
S4.VUL.02 | document | DOCS | a private address | docs
S4.VUL.03 | document | DOCS | what a report holds | docs
S4.VUL.04 | document | DOCS | an answer within two days | docs
S4.SCN.01 | behaviour | CI, CTRL | our images are scanned, session images can be required to be | ci
S4.SCN.02 | document | DOCS | a recipe for Docker Scout | docs
S4.SCN.03 | document | DOCS | a recipe for Snyk | docs
S4.SCN.04 | rule | RULES, AGENT | registry list, digests, no moving tags
S4.SOC.01 | default | AUDIT | audit is on | audit
S4.SOC.02 | behaviour | CHART, MCP | access controls
S4.SOC.03 | document | DOCS | reviews each quarter | docs
S4.SOC.04 | document | DOCS | a runbook for incidents | docs
S4.HIP.01 | document | DOCS | agreements with model vendors are the operator's | docs
S4.HIP.02 | document | DOCS, AUDIT | encryption at rest is the operator's | docs
S4.HIP.03 | behaviour | AUDIT | access is logged | audit
S4.HIP.04 | document | DOCS | risk assessment | docs
S4.GDP.01 | default | AUDIT, CRD | audit holds hashes, not contents | audit
S4.GDP.02 | behaviour | CTRL, AUDIT | deletion leaves nothing behind
S4.GDP.03 | document | DOCS | processing agreements are the operator's | docs
S4.GDP.04 | default | DOCS, AUDIT | 30 days of retention | audit
S4.UPD.01 | document | DOCS | watch the repository | docs
S4.UPD.02 | document | DOCS | subscribe to advisories | docs
S4.UPD.03 | behaviour | CI | updates by a bot | ci
S4.UPD.04 | document | DOCS | stage first; stored objects of older releases still work | docs
S4.END.01 | document | DOCS | who answers for what
S4.END.02 | document | DOCS | an index of advisories | docs
`;
