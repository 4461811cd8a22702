import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/config/load-policy.ts';
import { defaultPolicy, PROFILE_NAMES } from '../../../src/model/policy.ts';
import { YOLO_ACKNOWLEDGEMENT } from '../../../src/model/policy-set.ts';
import { aPolicySet } from '../../support/policies.ts';

const ALLOWED_PATTERNS =
  'allowed: an RE2 expression of at most 1000 characters, without look-around, back-references and large counts';
const parsed = (text: string) => parsePolicy(text, 'policy.yaml');

describe('parsePolicy', () => {
  test('fills in every default and freezes all of it', () => {
    const set = aPolicySet({ limits: { maxTtlSeconds: 100 }, mounts: { allowedRoots: ['/srv/mcp'] } });
    const { policy } = set.profiles.sandbox;
    expect(policy).toEqual({
      ...defaultPolicy(),
      limits: { ...defaultPolicy().limits, maxTtlSeconds: 100 },
      mounts: { hostPath: 'readOnly', allowedRoots: ['/srv/mcp'] },
    });
    expect(Object.isFrozen(set) && Object.isFrozen(policy.mounts.allowedRoots)).toBe(true);
    expect(() => Object.assign(policy.privileged, { allow: true })).toThrow(TypeError);
  });

  test('S2.STR.02: names every problem at once, unknown keys included: key, value, what is allowed', () => {
    const text = [
      'defaultProfile: x',
      'profiles: {prod: {}, production: {limits: {maxPids: 2}}}',
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
      'policy.yaml: defaultProfile: "x" is not allowed; allowed: "sandbox", "production", "development", "investigation"',
      'policy.yaml: env.valuePolicy: "loose" is not allowed; allowed: "strict", "warn"',
      'policy.yaml: exec: 3 is not allowed; allowed: a value of type object',
      'policy.yaml: hostNamespaces.allow[1]: "everything" is not allowed; allowed: "network", "pid", "ipc", "uts", "user", "cgroup"',
      'policy.yaml: images.allow: "docker.io" is not allowed; allowed: a value of type array',
      'policy.yaml: limits.maxCpu: "lots" is not allowed; allowed: a quantity such as "500m" or "2Gi"',
      'policy.yaml: limits.maxPids: 1 is not allowed; allowed: 10 or more',
      'policy.yaml: limits.perNode: 1.5 is not allowed; allowed: a value of type int',
      'policy.yaml: limits: "maxTtl" is not a setting; allowed: maxTtlSeconds, maxIdleTimeoutSeconds, maxCpu, minMemory, maxMemory, maxPids, maxCpuTimeSeconds, maxOpenFiles, maxTmpfs, maxDisk, perOwner, perNamespace, perNode, cpuRequest, memoryRequest',
      'policy.yaml: mounts.allowedRoots[0]: "srv" is not allowed; allowed: an absolute path below /',
      expect.stringMatching(
        /^policy.yaml: policy: "privilged" is not a setting; allowed: privileged, .*defaultProfile, profiles/,
      ),
      'policy.yaml: profiles.production.limits.maxPids: 2 is not allowed; allowed: 10 or more',
      'policy.yaml: profiles: "prod" is not a setting; allowed: sandbox, production, development, investigation',
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
    ['two documents', '{}\n---\n{}\n', 'policy.yaml: holds 2 documents; a policy file holds exactly one'],
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
    [
      'a command pattern that is no RE2 expression',
      'commands: {allow: ["^ls", "(?=x)"]}',
      'policy.yaml: commands.allow[1]: "(?=x)" is not an RE2 expression; ' + ALLOWED_PATTERNS,
    ],
    [
      'a command pattern that is too long',
      `profiles: {production: {commands: {allow: ["${'a'.repeat(1001)}"]}}}`,
      `policy.yaml: profiles.production.commands.allow[0]: "${'a'.repeat(59)}…" has 1001 characters; ` +
        ALLOWED_PATTERNS,
    ],
    [
      'a command pattern that is too large',
      'commands: {deny: ["a{600}"]}',
      'policy.yaml: commands.deny[0]: "a{600}" compiles to 602 steps, more than 500; ' + ALLOWED_PATTERNS,
    ],
  ])('refuses %s', (_name, text, problem) => {
    expect(parsed(text)).toEqual({ ok: false, error: [problem] });
  });
});

describe('profiles', () => {
  test('S1.PRO.DEV: development', () => {
    const { policy } = aPolicySet().profiles.development;
    expect(policy.rootUser.allow).toBe(false);
    expect(policy.commands).toMatchObject({ mode: 'denylist', deny: ['rm -rf /', 'dd if=/dev/zero'], deniedPaths: [] });
    expect(policy.env.valuePolicy).toBe('warn');
  });

  test('S1.PRO.PROD: production', () => {
    const { policy } = aPolicySet().profiles.production;
    expect(policy.rootUser.allow).toBe(false);
    expect(policy.commands).toMatchObject({
      mode: 'allowlist',
      allow: ['^(ls|cat|grep|head|tail|echo|env|pwd)(\\s|$)'],
      deniedPaths: ['/etc', '/root', '/var', '/proc', '/sys', '/dev'],
    });
    expect(policy.exec).toMatchObject({ maxOutputBytes: 1_048_576, defaultTimeoutSeconds: 30 });
    expect(policy.images).toMatchObject({ requireDigest: true, allowLocal: false });
    expect(policy.mounts.hostPath).toBe('forbidden');
    expect(policy.appArmor.mode).toBe('required');
  });

  test('S1.PRO.INV: investigation reads only', () => {
    const { policy } = aPolicySet().profiles.investigation;
    expect(policy.commands).toMatchObject({
      mode: 'allowlist',
      readOnly: true,
      allow: ['^(ls|cat|head|tail|grep|find|ps|top|df|du|netstat)(\\s|$)'],
    });
  });

  test('S1.PATH.01, S1.FLAG.01: the sandbox denies five paths and five flags', () => {
    const { commands } = aPolicySet().profiles.sandbox.policy;
    expect(commands.deniedPaths).toEqual(['/etc', '/root', '/var/lib', '/proc/sys', '/sys/kernel']);
    expect(commands.deniedFlags).toEqual(['--privileged', '--pid=host', '--net=host', '--cap-add', '--security-opt']);
  });

  test('the top of the file is for all, what makes a profile stays, and its own part has the last word', () => {
    const set = aPolicySet({
      images: { requireDigest: false, allow: ['registry.example/a'] },
      limits: { maxPids: 100 },
      profiles: { production: { limits: { maxPids: 60 }, mounts: { hostPath: 'readOnly' } } },
    });
    const of = (name: (typeof PROFILE_NAMES)[number]) => set.profiles[name].policy;
    expect(PROFILE_NAMES.map((name) => of(name).limits.maxPids)).toEqual([100, 60, 100, 100]);
    expect(PROFILE_NAMES.map((name) => of(name).images.requireDigest)).toEqual([false, true, false, false]);
    expect(of('production').images.allow).toEqual(['registry.example/a']);
    expect(of('production').mounts.hostPath).toBe('readOnly');
  });
});

describe('yolo', () => {
  test('S0.C1.05, S0.C1.07: is off without a word', () => {
    const set = aPolicySet();
    expect([set.yolo, ...PROFILE_NAMES.map((name) => set.profiles[name].policy.yolo)]).toEqual(Array(5).fill(false));
  });

  test.each([
    ['without its acknowledgement', 'yolo: {enabled: true}'],
    ['with another acknowledgement', 'yolo: {enabled: true, acknowledge: "yes"}'],
  ])('K-02: is refused %s', (_name, text) => {
    expect(parsed(text)).toEqual({
      ok: false,
      error: [
        `policy.yaml: yolo.enabled: true switches every rule off and needs yolo.acknowledge: "${YOLO_ACKNOWLEDGEMENT}"`,
      ],
    });
  });

  test('K-02: is refused beside profile production', () => {
    const yolo = { enabled: true, acknowledge: YOLO_ACKNOWLEDGEMENT };
    expect(parsed(JSON.stringify({ yolo, defaultProfile: 'production' }))).toMatchObject({ ok: false });
    expect(aPolicySet({ yolo }).yolo).toBe(true);
  });

  test('S0.C1.20: is no setting of one profile', () => {
    expect(parsed('profiles: {sandbox: {yolo: true}}')).toMatchObject({ ok: false });
  });
});

describe('the hash', () => {
  test('is equal exactly when every setting is, however the file is written', () => {
    const short = aPolicySet();
    const long = aPolicySet({ limits: { maxCpu: '4' }, defaultProfile: 'sandbox' });
    const other = aPolicySet({ profiles: { production: { limits: { maxCpu: '3' } } } });
    expect(short.hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(long.hash).toBe(short.hash);
    expect(other.hash).not.toBe(short.hash);
    expect(other.profiles.sandbox.hash).toBe(short.profiles.sandbox.hash);
    expect(other.profiles.production.hash).not.toBe(short.profiles.production.hash);
  });
});
