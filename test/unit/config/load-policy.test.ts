import { describe, expect, test } from 'vitest';
import { parsePolicy, policyHash } from '../../../src/config/load-policy.ts';
import { defaultPolicy } from '../../../src/model/policy.ts';

const parsed = (text: string) => parsePolicy(text, 'policy.yaml');

describe('parsePolicy', () => {
  test('fills in every default and freezes all of it', () => {
    const policy = parsed('limits: {maxTtlSeconds: 100}\nmounts:\n  allowedRoots: [/srv/mcp]\n');
    expect(policy).toEqual({
      ok: true,
      value: {
        ...defaultPolicy(),
        limits: { ...defaultPolicy().limits, maxTtlSeconds: 100 },
        mounts: { hostPath: 'readOnly', allowedRoots: ['/srv/mcp'] },
      },
    });
    if (!policy.ok) return;
    expect(Object.isFrozen(policy.value) && Object.isFrozen(policy.value.mounts.allowedRoots)).toBe(true);
    expect(() => Object.assign(policy.value.privileged, { allow: true })).toThrow(TypeError);
  });

  test('names every problem at once: key, value, what is allowed', () => {
    const text = [
      'profile: x',
      'privilged: {allow: true}',
      'rootUser: {allow: "true"}',
      'limits: {maxPids: 1, maxTtl: 5, maxCpu: lots, perNode: 1.5}',
      'hostNamespaces: {allow: [network, everything]}',
      'capabilities: {allow: [""]}',
      'exec: 3',
      'images: {allow: docker.io}',
      'mounts: {allowedRoots: [srv]}',
      'env: {valuePolicy: loose}',
    ].join('\n');
    const result = parsed(text);
    expect(result.ok ? [] : [...result.error].sort()).toEqual([
      'policy.yaml: capabilities.allow[0]: "" is not allowed; allowed: text that is not empty',
      'policy.yaml: env.valuePolicy: "loose" is not allowed; allowed: "strict", "warn"',
      'policy.yaml: exec: 3 is not allowed; allowed: a value of type object',
      'policy.yaml: hostNamespaces.allow[1]: "everything" is not allowed; allowed: "network", "pid", "ipc", "uts", "user", "cgroup"',
      'policy.yaml: images.allow: "docker.io" is not allowed; allowed: a value of type array',
      'policy.yaml: limits.maxCpu: "lots" is not allowed; allowed: a quantity such as "500m" or "2Gi"',
      'policy.yaml: limits.maxPids: 1 is not allowed; allowed: 10 or more',
      'policy.yaml: limits.perNode: 1.5 is not allowed; allowed: a value of type int',
      'policy.yaml: limits: "maxTtl" is not a setting; allowed: maxTtlSeconds, maxIdleTimeoutSeconds, maxCpu, minMemory, maxMemory, maxPids, maxCpuTimeSeconds, maxOpenFiles, maxTmpfs, perNode',
      'policy.yaml: mounts.allowedRoots[0]: "srv" is not allowed; allowed: an absolute path below /',
      'policy.yaml: policy: "privilged" is not a setting; allowed: profile, privileged, capabilities, hostNamespaces, devices, sysctls, runtimes, rootUser, mounts, ports, images, env, limits, exec, files',
      'policy.yaml: profile: "x" is not allowed; allowed: "sandbox"',
      'policy.yaml: rootUser.allow: "true" is not allowed; allowed: a value of type boolean',
    ]);
  });

  test.each([
    [
      'a duplicate key',
      'rootUser: {allow: false}\nrootUser: {allow: true}\n',
      'policy.yaml:2: Map keys must be unique',
    ],
    ['an empty file', '', 'policy.yaml: holds 0 documents; a policy file holds exactly one'],
    [
      'two documents',
      'profile: sandbox\n---\nprofile: sandbox\n',
      'policy.yaml: holds 2 documents; a policy file holds exactly one',
    ],
    ['text that is no mapping', 'yes', 'policy.yaml: policy: true is not allowed; allowed: a value of type object'],
    [
      'limits that contradict each other',
      'limits: {minMemory: 4Gi}',
      'policy.yaml: limits.minMemory: "4Gi" is above limits.maxMemory ("2Gi")',
    ],
    [
      'a limit that refuses all',
      'limits: {maxTmpfs: "0"}',
      'policy.yaml: limits.maxTmpfs: "0" would refuse every session',
    ],
    [
      'timeouts that contradict each other',
      'exec: {defaultTimeoutSeconds: 301}',
      'policy.yaml: exec.defaultTimeoutSeconds: 301 is above exec.maxTimeoutSeconds (300)',
    ],
    [
      'a root with a way out',
      'mounts: {allowedRoots: [/srv/../etc]}',
      'policy.yaml: mounts.allowedRoots[0]: "/srv/../etc" is not plainly written; "/etc" is',
    ],
  ])('refuses %s', (_name, text, problem) => {
    expect(parsed(text)).toEqual({ ok: false, error: [problem] });
  });
});

describe('policyHash', () => {
  test('is equal exactly when every setting is, however the file is written', () => {
    const short = parsed('profile: sandbox');
    const long = parsed('limits: {maxCpu: "4"}\nprofile: sandbox\n# a comment');
    const other = parsed('limits: {maxCpu: "3"}');
    if (!short.ok || !long.ok || !other.ok) throw new Error('these policies are valid');
    expect(policyHash(short.value)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(policyHash(long.value)).toBe(policyHash(short.value));
    expect(policyHash(other.value)).not.toBe(policyHash(short.value));
  });
});
