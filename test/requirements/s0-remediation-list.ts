// Rows of source document S0, the remediation list of an MCP server for Docker: id | kind | owner | what it asks, in our words | where it is met, if not here.

export const S0_ROWS = `
S0.HDR.01 | document | DOCS | the review tracker states version, date, reviewers and overall state | docs
S0.HDR.02 | document | DOCS | five states of a task; rejected needs a reason, completed needs a test | docs
S0.HDR.03 | document | DOCS | no open critical or high finding at the first release | docs
S0.C1.01 | behaviour | RULES, HOOK, AGENT | every registered rule is run by every gate
S0.C1.02 | rule | RULES | the four mounts of the attack are refused: root, shadow file, root's keys, engine socket
S0.C1.03 | document | DOCS | what a dangerous mount leads to stands in the threat model | docs
S0.C1.04 | rule | RULES | the whole set of dangerous host paths is refused
S0.C1.05 | behaviour | RULES | one switch bypasses the mount rule together with all others
S0.C1.06 | behaviour | HOOK, AGENT | a refused mount is refused at admission and again at the node, and nothing is created
S0.C1.07 | behaviour | POL | SAFETY_YOLO_MODE is read; a value that is no boolean fails the start
S0.C1.08 | behaviour | CTRL, HOOK, AGENT, MCP | the bypass shows in banner, metric, event, condition and audit
S0.C1.09 | behaviour | CI | at least 19 cases of mount paths and 3 of creation
S0.C1.10 | behaviour | CI | the whole suite is green on every change | ci
S0.C1.11 | behaviour | CI | lint and types are clean | ci
S0.C1.12 | rule | RULES | the root of the node in every spelling is refused
S0.C1.13 | rule | RULES | sockets of engines and the directories that hold them are refused
S0.C1.14 | rule | RULES | seven system directories and their children are refused, look-alikes are not
S0.C1.15 | rule | RULES | data directories of engines and of Kubernetes are refused
S0.C1.16 | rule | RULES | a path with a key directory as a segment is refused, in any case
S0.C1.17 | rule | RULES | files with accounts, passwords and host keys are refused
S0.C1.18 | rule | RULES | Windows drives, shares and device namespaces are refused
S0.C1.19 | rule | RULES | relative paths and parent segments are refused
S0.C1.20 | behaviour | POL, DOCS | neither a session nor an MCP call can ask for the bypass
S0.C1.21 | rule | CI | the three mounts of the acceptance list are refused
S0.C1.22 | rule | CI | ordinary directories are accepted
S0.C1.23 | behaviour | CI | with the bypass on every mount passes the rules
S0.C1.24 | behaviour | CI | an integration test holds the mount rule
S0.C1.25 | behaviour | CI | a refused bind never reaches the engine
S0.C1.26 | document | RULES | a remark about what the bypass covered at that time | docs
S0.C1.27 | document | DOCS | cross references to the reviews | docs
S0.C2.01 | rule | RULES, HOOK, AGENT | creation is checked for privilege, not only commands
S0.C2.02 | rule | CRD, AGENT | the create body is built from a closed type, unknown keys never pass
S0.C2.03 | default | POL | privileged containers are off by default
S0.C2.04 | behaviour | DOCS, AGENT | no device of the node and no capability inside a session
S0.C2.05 | rule | RULES | the refusal of a privileged session names the setting that allows it
S0.C2.06 | rule | RULES | dangerous capabilities are refused
S0.C2.07 | rule | RULES | security options that switch confinement off are refused in every spelling
S0.C2.08 | rule | RULES | host and foreign process, IPC, name, user and cgroup namespaces are refused
S0.C2.09 | rule | RULES | the host network and that of another container are refused
S0.C2.10 | rule | CI | a privileged session is refused while policy says no
S0.C2.11 | rule | CI | a privileged session is accepted where policy says yes
S0.C2.12 | rule | CI | capabilities are recognised with and without prefix, in any case, and as ALL
S0.C2.13 | behaviour | CI | creation is refused for real: admission, node, and nothing on the engine
S0.C3.01 | behaviour | CHART, DOCS | no shipped start path switches authentication off
S0.C3.02 | behaviour | MCP | the HTTP endpoint does not start without an authenticator
S0.C3.03 | document | DOCS | the documents say what is not protected | docs
S0.C3.04 | behaviour | CHART, MCP | OAuth settings are required by the values of the chart | chart
S0.C3.05 | behaviour | CHART, MCP | an allow list of addresses is required beyond loopback | chart
S0.C3.06 | document | DOCS, CHART | test-only settings say so | docs
S0.C3.07 | behaviour | CHART | one values file per purpose | chart
S0.C3.08 | behaviour | CI | nothing starts without its security settings | chart
S0.C3.09 | document | DOCS | each claim of the documents is linked to a test
S0.H1.01 | rule | RULES, MCP, AGENT | environment values are untrusted at creation and for commands
S0.H1.02 | rule | CI | the substitution of the attack sample is refused
S0.H1.03 | rule | RULES | seven shell tokens are refused in values
S0.H1.04 | rule | RULES | values are text; a number or boolean is made text or refused by name, null is refused
S0.H1.05 | rule | RULES | the refusal names the variable and never shows its value
S0.H1.06 | rule | CI | substitution, backticks and pipes are refused
S0.H1.07 | rule | CI | ordinary values are accepted
S0.H1.08 | behaviour | CI | a command with a dangerous variable is refused and nothing runs
S0.H1.09 | rule | RULES | names that hijack programs are refused, and values are bounded
S0.H2.01 | behaviour | MCP | no answer to a model holds an environment value
S0.H2.02 | behaviour | MCP, AUDIT | audit and logs use the same redaction | audit
S0.H2.03 | document | DOCS, MCP | people are warned | docs
S0.H2.04 | behaviour | MCP | names are shown, values are replaced by a marker
S0.H2.05 | behaviour | MCP | a confirmation where the client has one | confirmation
S0.H2.06 | default | POL | names of variables can be shown, values never
S0.H2.07 | document | MCP | tool descriptions warn | docs
S0.H2.08 | behaviour | CI | output is redacted | redaction
S0.H2.09 | document | DOCS | README and prompts warn | docs
S0.H3.01 | rule | RULES | nothing is named as if it sanitised when it does not
S0.H3.02 | rule | RULES | the misnamed function does not exist
S0.H3.03 | rule | RULES | a function that makes lists of commands says just that | alternative
S0.H3.04 | rule | RULES | or it sanitises for real | alternative
S0.H3.05 | behaviour | CI | callers still work | ci
S0.H3.06 | document | DOCS | its documents are updated | docs
S0.H4.01 | default | AGENT | the engine's socket is never a hidden default
S0.H4.02 | document | DOCS | README says that the socket is root | docs
S0.H4.03 | rule | AGENT | the permissions of the socket are checked at start | node
S0.H4.04 | document | DOCS | README warns of the socket | docs
S0.H4.05 | behaviour | POL | the path of the socket is explicit
S0.H4.06 | rule | DOCS, AGENT | a remote engine only with TLS and a client certificate | remote
S0.H4.07 | document | DOCS | the risk is plain in the documents | docs
S0.H4.08 | behaviour | AGENT | a warning at start while a socket is used | node
S0.H5.01 | limit | MCP, CTRL | state per client is bounded
S0.H5.02 | limit | MCP | forged client names do not grow memory
S0.H5.03 | limit | MCP | idle entries go first
S0.H5.04 | limit | POL | at most 10000 clients are tracked (to be set with the chart: issue 7)
S0.H5.05 | limit | MCP | an active client is never pushed out; a newcomer is told to wait
S0.H5.06 | limit | CI | idle eviction works
S0.H5.07 | limit | CI | the bound holds
S0.H5.08 | limit | CI | a million names do not grow the heap
S0.M1.01 | rule | RULES | a port on every address is refused
S0.M1.02 | document | DOCS | what exposure means | docs
S0.M1.03 | default | POL | public ports are off by default and have a setting
S0.M1.04 | rule | RULES | the refusal proposes the loopback address
S0.M1.05 | rule | CI | all spellings of every address are refused, a missing one too
S0.M1.06 | rule | CI | loopback and literal addresses are accepted
S0.M2.01 | behaviour | MCP | logs, output and files are untrusted content
S0.M2.02 | behaviour | MCP | there is a mitigation, not only a warning
S0.M2.03 | behaviour | MCP | returned content is marked and delimited
S0.M2.04 | behaviour | MCP | injection patterns are detected and annotated | injection
S0.M2.05 | default | POL | a setting for annotate, redact or block | injection
S0.M2.06 | document | MCP | tool descriptions state the risk | docs
S0.M2.07 | behaviour | CI | common patterns are detected | injection
S0.M2.08 | document | DOCS | a warning in the documents | docs
S0.M3.01 | default | MCP | clock skew of tokens is 30 seconds | oauth
S0.M3.02 | limit | POL | clock skew is at most 60 seconds | oauth
S0.M3.03 | behaviour | MCP | skew applies to every time claim | oauth
S0.M3.04 | default | CI | the new defaults are asserted | oauth
S0.M3.05 | behaviour | CI | expired tokens are refused | oauth
S0.M4.01 | rule | AGENT | nobody is handed the whole engine API
S0.M4.02 | rule | AGENT, CTRL, MCP | each component can do its own calls alone
S0.M4.03 | rule | AGENT | access is by capability, not by client
S0.M4.04 | document | DOCS | the design was reviewed first | docs
S0.M5.01 | rule | RULES | list and string form of a command are judged alike
S0.M5.02 | rule | RULES | each argument and the joined line are judged
S0.M5.03 | rule | RULES | an argument with a dangerous pattern is refused
S0.M5.04 | rule | CI | dangerous lists are refused
S0.M5.05 | rule | CI | harmless lists are accepted
S0.L1.01 | rule | MCP | plain HTTP beyond loopback is an error
S0.L2.01 | default | AUDIT, CHART | the audit directory and its files are the owner's alone | audit
S0.L2.02 | behaviour | AUDIT | audit is redacted before it is written | audit
S0.L3.01 | rule | RULES | names of secrets are noticed
S0.L3.02 | rule | RULES | values that look random like keys are noticed, ordinary ones are not
S0.L4.01 | default | MCP | the preflight answer is kept 600 seconds | browser
S0.L5.01 | limit | MCP, POL | a limit over all clients
S0.L6.01 | behaviour | MCP, CHART | no client secret in memory in the clear | oauth
S0.L7.01 | behaviour | RULES | the bypass is at one point
S0.L7.02 | behaviour | RULES | it covers the privilege rules
S0.L7.03 | behaviour | RULES | it covers commands and environment
S0.L7.04 | behaviour | RULES, MCP | it covers destructive operations
S0.L7.05 | behaviour | RULES | it covers command patterns
S0.L7.06 | behaviour | DOCS, CTRL | the banner lists what is really bypassed
S0.L7.07 | behaviour | RULES | one early return in the evaluator
S0.L7.08 | document | DOCS | or the wording is made smaller | alternative
S0.L7.09 | behaviour | CI | four unit tests of the bypass
S0.L7.10 | behaviour | CI | an integration test of the bypass
S0.STAT.01 | document | DOCS | totals are generated, never typed | docs
S0.NEXT.01 | document | DOCS | all critical findings are checked | docs
S0.NEXT.02 | document | RULES | the remaining critical findings are mended | docs
S0.NEXT.03 | behaviour | CI | each finding has a test
S0.NEXT.04 | document | DOCS | documents with warnings | docs
S0.NEXT.05 | document | DOCS | a template for an advisory | docs
S0.NEXT.06 | document | RULES | then the high ones | docs
S0.NEXT.07 | behaviour | RULES | the whole bypass is in the first release
S0.NOTE.01 | document | DOCS | the tracker moves with the work | docs
S0.NOTE.02 | document | DOCS | rejected items are justified | docs
S0.NOTE.03 | document | DOCS | completed items link their change | docs
S0.NOTE.04 | document | DOCS | one issue per open item | docs
`;
