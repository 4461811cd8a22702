// Bad and good of the rules that no file of examples/denied shows: warnings, settings that are off by default, the request, the node.

export interface TextSnippet {
  readonly bad: string;
  readonly good: string;
  /** Settings under which a test judges both; null where only the node or the request decides. */
  readonly policy: Readonly<Record<string, unknown>> | null;
}

const ALLOW_LIST = { commands: { mode: 'allowlist', allow: ['^(ls|cat|awk)(\\s|$)'] } };
const DIGEST = `sha256:${'ab'.repeat(32)}`;

export const TEXT_SNIPPETS: Readonly<Record<string, TextSnippet>> = {
  'MCPS-108': {
    bad: 'security: {runtime: runsc} on a node whose engine has runc alone',
    good: 'security: {runtime: runc}',
    policy: null,
  },
  'MCPS-109': {
    bad: 'any session on a node without AppArmor while policy appArmor.mode is required',
    good: 'the same session on a node whose engine has AppArmor',
    policy: null,
  },
  'MCPS-110': {
    bad: 'any session on an engine that runs as root while policy engine.requireRootless is true',
    good: 'the same session on a node with a rootless engine',
    policy: null,
  },
  'MCPS-211': {
    bad: 'mounts: [{hostPath: /srv/missing, target: /data}]',
    good: 'mounts: [{hostPath: /srv/data, target: /data}], and /srv/data exists on the node',
    policy: null,
  },
  'MCPS-212': {
    bad: 'mounts: [{hostPath: /srv/data, target: /data}] while another directory takes the place of /srv/data',
    good: 'mounts: [{hostPath: /srv/data, target: /data}] below a directory that root alone can write',
    policy: null,
  },
  'MCPS-302': {
    bad: 'image: docker.io/stranger/tool:1',
    good: 'image: registry.example.com/agents/tool:1',
    policy: { images: { allow: ['registry.example.com/agents'] } },
  },
  'MCPS-303': {
    bad: 'image: docker.io/library/python:3.13-slim',
    good: `image: docker.io/library/python:3.13-slim@${DIGEST}`,
    policy: { images: { requireDigest: true } },
  },
  'MCPS-310': {
    bad: 'image: docker.io/library/python:3.13-slim',
    good: `image: docker.io/library/python:3.13-slim@${DIGEST}`,
    policy: {},
  },
  'MCPS-320': {
    bad: 'image: an image with VOLUME /data',
    good: 'image: one without VOLUME; workspace: {sizeLimit: 256Mi}',
    policy: null,
  },
  'MCPS-321': {
    bad: 'image: built/on-the-node:1',
    good: `image: registry.example.com/agents/tool@${DIGEST}`,
    policy: null,
  },
  'MCPS-322': {
    bad: 'image: an image with LABEL traefik.enable=true',
    good: 'image: one without labels that software on the node acts on',
    policy: null,
  },
  'MCPS-323': {
    bad: 'image: an image with ENV LD_PRELOAD=/lib/tool.so',
    good: 'env: [{name: LD_PRELOAD, value: ""}], or an image without it',
    policy: null,
  },
  'MCPS-324': {
    bad: 'image: an image with WORKDIR /proc/self/fd/7',
    good: 'image: one with WORKDIR /app',
    policy: null,
  },
  'MCPS-410': {
    bad: 'a fourth session of the same owner while policy limits.perOwner is 3',
    good: 'the same session when one of the three has ended',
    policy: null,
  },
  'MCPS-411': {
    bad: 'an eleventh session in the namespace while policy limits.perNamespace is 10',
    good: 'the same session when one of the ten has ended',
    policy: null,
  },
  'MCPS-412': {
    bad: 'any new session while policy suspendAll is true',
    good: 'the same session when it is false again',
    policy: null,
  },
  'MCPS-601': {
    bad: 'annotations: {mcpsession.dev/owner: somebody-else}',
    good: 'annotations: {}, or your own name',
    policy: null,
  },
  'MCPS-605': {
    bad: 'env: [{name: API_TOKEN, value: s3cr3t-value}]',
    good: 'env: [{name: LOG_LEVEL, value: debug}]',
    policy: {},
  },
  'MCPS-608': {
    bad: 'env: [{name: GREETING, value: $(id)}]',
    good: 'env: [{name: GREETING, value: hello}]',
    policy: { env: { valuePolicy: 'warn' } },
  },
  'MCPS-609': {
    bad: 'env: more than 1 MiB of names and values in all',
    good: 'env: [{name: LOG_LEVEL, value: debug}]',
    policy: null,
  },
  'MCPS-610': {
    bad: 'namespace label mcpsession.dev/profile: prodution',
    good: 'namespace label mcpsession.dev/profile: production',
    policy: null,
  },
  'MCPS-611': {
    bad: 'env: [{name: API_TOKEN, value: s3cr3t-value}]',
    good: 'env: [{name: LOG_LEVEL, value: debug}]',
    policy: { env: { literalSecrets: 'deny' } },
  },
  'MCPS-612': {
    bad: 'env: [{name: DB, valueFrom: {secretKeyRef: {name: db, key: url}}}] by a user who may not get Secret db',
    good: 'the same by a user with a Role that allows `get` on Secret db in the namespace of the session',
    policy: null,
  },
  'MCPS-613': {
    bad: 'env: [{name: SEED, value: q7Zk2mVx9Lp4Rt8WnB3cYf6HsJ1dGa5E}]',
    good: 'env: [{name: LOG_LEVEL, value: debug}]',
    policy: { env: { entropy: 'warn' } },
  },
  'MCPS-614': {
    bad: 'env: [{name: SEED, value: q7Zk2mVx9Lp4Rt8WnB3cYf6HsJ1dGa5E}]',
    good: 'env: [{name: LOG_LEVEL, value: debug}]',
    policy: { env: { entropy: 'deny' } },
  },
  'MCPS-804': {
    bad: 'command: [pip, install, tool]',
    good: 'command: [ls, -la]',
    policy: ALLOW_LIST,
  },
  'MCPS-811': {
    bad: 'command: [/tmp/ls]',
    good: 'command: [/bin/ls]',
    policy: ALLOW_LIST,
  },
  'MCPS-812': {
    bad: 'command: [sh, -c, "$TOOL file"]',
    good: 'command: [sh, -c, "cat file"]',
    policy: ALLOW_LIST,
  },
  'MCPS-813': {
    bad: 'command: [find, ., -delete]',
    good: 'command: [find, ., -name, notes]',
    policy: { commands: { readOnly: true } },
  },
  'MCPS-814': {
    bad: 'command: [awk, "BEGIN { system(\\"id\\") }"]',
    good: 'command: [awk, "{ print $1 }", file]',
    policy: ALLOW_LIST,
  },
  'MCPS-815': {
    bad: 'command: [sh, -c, "PATH=. ls"]',
    good: 'command: [sh, -c, ls]',
    policy: ALLOW_LIST,
  },
};
