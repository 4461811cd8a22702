// Rows of source document S1, the guide of an MCP server that runs commands in containers: id | kind | owner | what it asks, in our words | where it is met, if not here.

export const S1_ROWS = `
S1.WARN.01 | document | DOCS | engine access is root on the host: the first thing to read | docs
S1.WARN.02 | behaviour | CHART | nothing is exposed to untrusted networks
S1.WARN.03 | rule | MCP | nobody unauthenticated over HTTP
S1.WARN.04 | behaviour | CHART | nothing is exposed to the internet
S1.WARN.05 | document | DOCS | each widening of scope names what makes up for it | docs
S1.THR.01 | behaviour | AGENT | a hostile command does not leave the container
S1.THR.02 | behaviour | AGENT, CHART | only the controller reaches the engine
S1.THR.03 | limit | AGENT, MCP | resources, commands and times are bounded
S1.THR.04 | default | AGENT | no network, bounded output
S1.THR.05 | default | RULES, AGENT | sessions are never root
S1.MIT.01 | rule | RULES, MCP | commands can be limited to a list
S1.MIT.02 | rule | RULES | root is refused
S1.MIT.03 | rule | RULES | paths can be denied
S1.MIT.04 | limit | MCP | calls are limited in rate
S1.MIT.05 | behaviour | AUDIT | every operation is audited | audit
S1.BASE.01 | rule | POL, RULES | root in every spelling is refused for commands
S1.BASE.02 | default | POL, AGENT | a command runs as the session's user, never as the image's
S1.BASE.03 | default | POL | MCP_DOCKER_SECURITY is on; off means the bypass
S1.BASE.04 | default | POL | audit is on | audit
S1.BASE.05 | default | AUDIT | the default path of the audit file | audit
S1.CMD.01 | default | POL, RULES | each profile has its command mode
S1.CMD.02 | rule | POL | eight sample patterns of an allow list work, as text and as a list
S1.CMD.03 | rule | POL | six sample patterns of a deny list work
S1.CMD.04 | rule | RULES | launchers and shells cannot carry a command past the list
S1.PATH.01 | default | POL, RULES | the five denied paths of the default profile
S1.PATH.02 | rule | RULES | denied paths match whole segments of arguments, redirections and cd
S1.FLAG.01 | rule | POL, RULES | denied flags are refused in both forms
S1.RATE.01 | default | POL | rate limits are on
S1.RATE.02 | limit | MCP | 30 commands per client and minute
S1.RATE.03 | limit | MCP | 10 log reads per client and minute | logReads
S1.RATE.04 | rule | MCP | a limiter that fails refuses
S1.DEP.01 | behaviour | CHART | the parts run in containers
S1.DEP.02 | behaviour | CHART | the socket is mounted read-only in one workload alone
S1.DEP.03 | behaviour | CHART | our own pods are not root | rootController
S1.DEP.04 | behaviour | CHART | our own pods have read-only roots
S1.DEP.05 | behaviour | CHART | our own pods gain no privileges
S1.DEP.06 | behaviour | CHART | our own pods have no capabilities
S1.DEP.07 | default | AUDIT, CHART | modes of the audit directory | audit
S1.DEP.08 | document | DOCS, AGENT | the mode of the socket is checked, not changed | node
S1.NET.01 | default | MCP | stdio is the default way in for people
S1.NET.02 | document | DOCS | recipes for port forwards | docs
S1.NET.03 | rule | AGENT | a remote engine only by TLS | remote
S1.PRO.DEV | default | CHART, POL | profile development has its four settings
S1.PRO.PROD | default | CHART, POL | profile production has its seven settings
S1.PRO.INV | default | CHART, POL | profile investigation has its list and reads only
S1.LIM.01 | limit | MCP, AGENT | output is cut at 1 MiB, and reading stops
S1.LIM.02 | limit | AGENT | a command ends after 30 seconds and is gone
S1.DRY.01 | behaviour | MCP, POL | a dry run judges and does nothing
S1.AUD.01 | behaviour | AUDIT | audit is one JSON object a line | audit
S1.AUD.02 | behaviour | AUDIT | every record has every field | audit
S1.AUD.03 | behaviour | AUDIT, AGENT | recorded values are the real ones | audit
S1.QRY.01 | behaviour | AUDIT | failed commands can be queried | audit
S1.QRY.02 | behaviour | AUDIT | attempts as root can be queried | audit
S1.QRY.03 | behaviour | AUDIT | long commands can be queried | audit
S1.QRY.04 | behaviour | AUDIT | large outputs can be queried | audit
S1.QRY.05 | behaviour | AUDIT | refusals can be queried | audit
S1.ALRT.01 | behaviour | AUDIT, CHART | alerts on root and on refusals | audit
S1.ALRT.02 | document | DOCS | a sample for mail | docs
S1.CHK.01 | behaviour | CHART | doctor: socket read-only | doctor
S1.CHK.02 | behaviour | CHART | doctor: not root | doctor
S1.CHK.03 | behaviour | POL | doctor: command policy set | doctor
S1.CHK.04 | behaviour | POL | doctor: path restrictions on | doctor
S1.CHK.05 | behaviour | POL | doctor: rate limit on | doctor
S1.CHK.06 | behaviour | AUDIT | doctor: audit on and watched | doctor
S1.CHK.07 | behaviour | AUDIT | doctor: rotation set | doctor
S1.CHK.08 | behaviour | CHART | doctor: not exposed | doctor
S1.CHK.09 | behaviour | AGENT, CHART | doctor: limits set | doctor
S1.CHK.10 | behaviour | CI | patches are current | ci
S1.CHK.11 | behaviour | MCP | the checklist is a command | doctor
S1.IR.01 | behaviour | CTRL, DOCS | one switch stops everything
S1.IR.02 | behaviour | AUDIT, DOCS | audit can be exported with its proof | audit
S1.IR.03 | document | DOCS | the last thousand entries can be read | audit
S1.IR.04 | behaviour | AGENT, DOCS | doctor lists owned, foreign and drifted containers | doctor
S1.IR.05 | document | DOCS | a runbook for reporting | docs
S1.RES.01 | document | DOCS | a link to Docker's security documents | docs
S1.RES.02 | document | DOCS | a table for the CIS benchmark
S1.RES.03 | document | DOCS | a table for NIST SP 800-190
`;
