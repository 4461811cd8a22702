// Specs as people write them, around the edge of what the rules accept: most fields good, some not, everything that may be left out
// sometimes left out. For property tests.

import * as fc from 'fast-check';
import type { SessionSpecInput } from '../../src/model/session-spec.ts';
import { PINNED_IMAGE } from './session-builder.ts';

/** Mostly one of `good`. */
const mostly = <T>(good: readonly T[], bad: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...bad) });

const path = mostly(
  ['/data', '/opt/tool', '/cache', '/srv/sets/a', '/var/cache/x', '/workspace/sub'],
  ['/proc', '/etc', '/dev/shm', '/a/../b', 'data', '/', '/.mcpsession'],
);
const size = mostly(['1Mi', '10M', '65536', '1.5Mi', '64Ki', '100Mi'], ['0', '2Ti', '1025Mi']);

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('https://x.example/?a=b&c=d', '{"a": "b; c"}', '$(id)', 'a;b', '/etc/shadow'),
);

const resources = fc.record(
  {
    cpu: mostly(['50m', '0.5', '1', '1000m', '2', '4', '0.123456789'], ['0', '49m', '5']),
    memory: mostly(['512Mi', '1Gi', '0.5Gi', '2Gi', '536870912', '1G'], ['0', '3Gi', '63Mi']),
    pids: fc.oneof(fc.integer({ min: 10, max: 512 }), fc.integer({ min: 1, max: 600 })),
    cpuTimeSeconds: fc.integer({ min: 1, max: 3700 }),
    openFiles: fc.oneof(fc.integer({ min: 16, max: 65_536 }), fc.constantFrom(65_537)),
  },
  { requiredKeys: [] },
);

const security = fc.record(
  {
    privileged: mostly([false], [true]),
    capabilities: mostly<{ add?: string[] }>(
      [{}, { add: [] }],
      [{ add: ['SYS_ADMIN'] }, { add: ['cap_net_raw', 'KILL'] }],
    ),
    securityOpt: mostly<string[]>([[], ['no-new-privileges:true']], [['seccomp=unconfined'], ['label=disable']]),
    networkMode: mostly(['', 'none'], ['host', 'bridge']),
    pidMode: mostly([''], ['host', 'container:x']),
    ipcMode: mostly(['', 'private'], ['shareable']),
    sysctls: mostly<{ name: string; value: string }[]>(
      [
        [],
        [{ name: 'net.ipv4.tcp_syncookies', value: '1' }],
        [
          { name: 'net/ipv4/tcp_keepalive_time', value: '600' },
          { name: 'kernel.shm_rmid_forced', value: '1' },
        ],
      ],
      [[{ name: 'kernel.core_pattern', value: '|/x' }]],
    ),
    runtime: mostly(['runc'], ['kata']),
    seccompProfile: mostly(['RuntimeDefault'], ['Unconfined']),
    appArmorProfile: mostly(['RuntimeDefault'], ['Unconfined']),
  },
  { requiredKeys: [] },
);

const id = fc.oneof(fc.integer({ min: 1, max: 2_147_483_647 }), fc.constantFrom(1001, 1001, 0));

export const anySpecInput: fc.Arbitrary<SessionSpecInput> = fc.record(
  {
    image: mostly([PINNED_IMAGE], ['a//b', 'UPPER']),
    command: fc.oneof(
      fc.constantFrom<string[]>([], ['sleep', '60'], ['python3', '-m', 'http.server']),
      fc.array(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 3 }),
    ),
    args: fc.array(text, { maxLength: 2 }),
    workingDir: path,
    env: fc.uniqueArray(
      fc.record({
        name: mostly(['A', 'LOG_LEVEL', 'PORT', 'GREETING', 'HOME'], ['LD_PRELOAD', 'MCP_TOKEN']),
        value: text,
      }),
      { maxLength: 3, selector: ({ name }) => name },
    ),
    user: fc.record({ uid: id, gid: id }, { requiredKeys: [] }),
    resources,
    workspace: fc.record(
      { sizeLimit: size, medium: mostly<'Memory' | 'Disk'>(['Memory'], ['Disk']) },
      { requiredKeys: [] },
    ),
    tmpfs: fc.uniqueArray(fc.record({ path, sizeLimit: size }, { requiredKeys: ['path'] }), {
      maxLength: 2,
      selector: (each) => each.path,
    }),
    mounts: fc.uniqueArray(
      fc.record(
        {
          hostPath: mostly(
            ['/srv/data', '/opt/x', '/mnt/a b', '/home/a/data'],
            ['/etc', '/var/run/docker.sock', '/srv/..'],
          ),
          target: path,
          readOnly: mostly([true], [false]),
        },
        { requiredKeys: ['hostPath', 'target'] },
      ),
      { maxLength: 2, selector: (each) => each.target },
    ),
    network: fc.record({ mode: mostly<'none' | 'egress'>(['none'], ['egress']) }, { requiredKeys: [] }),
    security,
    lifetime: fc.record(
      { ttlSeconds: fc.integer({ min: 1, max: 29_000 }), idleTimeoutSeconds: fc.integer({ min: 0, max: 29_000 }) },
      { requiredKeys: [] },
    ),
    failurePolicy: fc.constantFrom('Retain', 'Recreate'),
    sessionInit: fc.constantFrom('Enabled', 'Disabled'),
  },
  { requiredKeys: ['image'] },
) as fc.Arbitrary<SessionSpecInput>; // fast-check says `undefined` for keys that it leaves out
