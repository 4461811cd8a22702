// Rows of source document S2, a short security report: id | kind | owner | what it asks, in our words | where it is met, if not here.

export const S2_ROWS = `
S2.STR.01 | rule | CRD, MCP | every input has a schema, unknown keys are refused
S2.STR.02 | rule | POL | one typed configuration that refuses unknown keys
S2.STR.03 | limit | MCP | limits, size caps and times hold against floods
S2.STR.04 | rule | RULES | rules have ids, families and severities
S2.V1.01 | rule | RULES | creation checks privilege and what amounts to it
S2.V1.02 | rule | RULES | every equivalent of privilege is refused
S2.V1.03 | rule | RULES | equivalents fall with the same switch
S2.V2.01 | rule | RULES | no misnamed sanitiser
S2.V3.01 | default | AGENT | no hidden default connection
S2.V3.02 | behaviour | AGENT, DOCS | the socket's risk is documented and its permissions checked | node
S2.V4.01 | rule | AGENT | access to the engine is cut into parts
S2.V5.01 | rule | RULES | arguments of lists are checked
S2.V6.01 | limit | MCP | limiter state does not grow with clients
S2.V6.02 | behaviour | MCP | limits hold over several replicas | replicas
S2.V7.01 | limit | MCP | a limit over all clients
S2.V8.01 | behaviour | MCP | secrets come from a secret store | oauth
S2.CON.01 | behaviour | CI | tests of privilege block a release | ci
`;
