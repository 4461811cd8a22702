// What somebody could post to the webhook to make it spend time or memory, by class (requirements.md 9, security.md 11). All are
// texts, since some are no objects. Used against the decision alone, against the listener, and as manifests for `check`.

import { API_VERSION, GROUP, SESSION_KIND, VERSION } from '../../src/model/names.ts';
import { PINNED_IMAGE } from './session-builder.ts';

export interface HostileReview {
  readonly name: string;
  /** Made when it is needed: together they have tens of megabytes. */
  readonly body: () => string;
  /** "unreadable": an error of the request instead of a decision; "answered": the decision is for others to test. */
  readonly want: 'allowed' | 'denied' | 'unreadable' | 'answered';
}

type Fields = Readonly<Record<string, unknown>>;

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
/** Cut to the length, but not through a character. */
function long(unit: string, length: number): string {
  const cut = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  return unit.isWellFormed() ? cut.toWellFormed() : cut;
}
const keys = (count: number, prefix = 'k'): Fields => Object.fromEntries(many(count, (at) => [`${prefix}${at}`, 'v']));

/** Longest value of a variable. */
const VALUE = 32_768;

export const review = (object: unknown, change: Fields = {}): string =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u',
      kind: { group: GROUP, version: VERSION, kind: SESSION_KIND },
      name: 's',
      namespace: 'n',
      operation: 'CREATE',
      userInfo: { username: 'dana', groups: ['system:authenticated'] },
      ...(object === undefined ? {} : { object }),
      ...change,
    },
  });

export const session = (spec: unknown, metadata: Fields = {}): Fields => ({
  apiVersion: API_VERSION,
  kind: SESSION_KIND,
  metadata: { name: 's', ...metadata },
  spec,
});

const ofSpec = (spec: Fields, metadata: Fields = {}) => review(session({ image: PINNED_IMAGE, ...spec }, metadata));
const nested = (depth: number): unknown => many(depth, () => 0).reduce<unknown>((inner) => ({ a: inner }), 1);

/** Every text of the spec as long as the schema lets it be and made of `unit`; every list as long as that leaves room for. */
export function fullSpec(unit: string): Fields {
  const text = (length: number, prefix = '') => prefix + long(unit, length - prefix.length);
  return {
    image: text(512),
    command: many(4, () => text(30_000)),
    workingDir: text(1_024, '/'),
    env: many(20, (at) => ({ name: `A_TOKEN${at}`, value: text(VALUE) })),
    tmpfs: many(16, (at) => ({ path: text(1_000, `/t${at}/`) })),
    mounts: many(32, (at) => ({
      hostPath: text(4_000, `/srv/${at}/`),
      target: text(1_000, `/m${at}/`),
      volume: text(250),
    })),
    network: {
      mode: 'egress',
      egress: many(64, (at) => ({ host: text(250), cidr: text(60), ports: many(64, (port) => port + at + 1) })),
      ports: many(32, (at) => ({ containerPort: at + 1, hostIP: text(64), hostPort: 2_375 })),
    },
    security: {
      capabilities: { add: many(64, () => text(64)) },
      securityOpt: many(16, () => text(1_024)),
      networkMode: text(128),
      pidMode: text(128),
      cgroupParent: text(1_024),
      devices: many(32, () => ({ hostPath: text(4_000, '/dev/'), target: text(1_000) })),
      sysctls: many(32, () => ({ name: text(253), value: text(256) })),
      runtime: text(64),
      seccompProfile: text(256),
      appArmorProfile: text(256),
    },
  };
}

/** What makes a pattern that goes back, or a reader that looks again, do so. */
export const BOMB_UNITS: readonly string[] = [
  'a',
  'A1',
  'a.',
  '/',
  './',
  '../',
  '//',
  '$(',
  '`',
  '${',
  '{(',
  '[',
  '{"a":',
  'a=b;',
  'aB3/',
  'a:',
  'a@',
  '@tcp(',
  '://',
  '-',
  '-----BEGIN A-----\n',
  '0x7f.',
  '1.',
  '::',
  '%',
  '%25',
  '\\',
  '"',
  "'",
  ' ',
  '\n',
  '\t',
  '\u0000',
  '\u202e',
  'ı',
  'é',
  '💥',
  '\ud800',
  'eyJa.',
  'sk-',
  '<<a\n',
  'a ',
  ';',
  '|',
  '&',
  '>',
  '*',
  '?',
  '~',
];

export const hostileReviews: readonly HostileReview[] = [
  { name: 'an ordinary session', body: () => ofSpec({ env: [{ name: 'A', value: 'b' }] }), want: 'allowed' },

  { name: 'an empty body', body: () => '', want: 'unreadable' },
  { name: 'null', body: () => 'null', want: 'unreadable' },
  { name: 'half a review', body: () => ofSpec({}).slice(0, -2), want: 'unreadable' },
  { name: 'a depth bomb of brackets', body: () => '['.repeat(1_400_000), want: 'unreadable' },
  { name: 'a depth bomb of objects', body: () => '{"a":'.repeat(280_000), want: 'unreadable' },
  { name: 'a spec that is nested a hundred deep', body: () => review(session(nested(100))), want: 'unreadable' },
  { name: 'a spec that is nested fifty deep', body: () => review(session(nested(50))), want: 'denied' },
  { name: 'a million values', body: () => ofSpec({ command: many(600_000, () => 1) }), want: 'unreadable' },
  { name: '35,000 values', body: () => ofSpec({ command: many(35_000, () => 1) }), want: 'denied' },
  { name: 'no object', body: () => review(undefined), want: 'denied' },
  { name: 'an object that is null', body: () => review(null), want: 'denied' },
  { name: 'an object that is a list', body: () => review([]), want: 'unreadable' },
  { name: 'a spec that is a text', body: () => review(session('spec')), want: 'denied' },
  { name: 'no spec', body: () => review(session(undefined)), want: 'denied' },
  {
    name: 'another version',
    body: () => review(session({}), { kind: { group: GROUP, version: 'v9', kind: SESSION_KIND } }),
    want: 'denied',
  },
  { name: 'a uid of a megabyte', body: () => review(session({}), { uid: long('u', 1_400_000) }), want: 'unreadable' },
  { name: 'a name of a megabyte', body: () => review(session({}), { name: long('n', 1_400_000) }), want: 'unreadable' },
  {
    name: 'groups that are numbers',
    body: () => review(session({}), { userInfo: { groups: many(30_000, (at) => at) } }),
    want: 'unreadable',
  },

  {
    name: 'keys of prototypes in the spec',
    body: () =>
      review(
        session(
          JSON.parse(
            '{"image":"a","__proto__":{"security":{"privileged":true}},"constructor":{"prototype":{"polluted":1}}}',
          ),
        ),
      ),
    want: 'denied',
  },
  {
    name: 'keys of prototypes in the maps',
    body: () =>
      ofSpec(
        {},
        {
          labels: JSON.parse('{"__proto__":"x","constructor":"y"}') as Fields,
          annotations: JSON.parse('{"toString":"x","hasOwnProperty":"y"}') as Fields,
        },
      ),
    want: 'allowed',
  },
  {
    name: 'a review that is a prototype',
    body: () => '{"__proto__":{"request":{}},"constructor":{}}',
    want: 'unreadable',
  },

  { name: '1,000 labels', body: () => ofSpec({}, { labels: keys(1_000) }), want: 'allowed' },
  { name: '15,000 labels', body: () => ofSpec({}, { labels: keys(15_000) }), want: 'denied' },
  { name: '1,000 reserved labels', body: () => ofSpec({}, { labels: keys(1_000, `${GROUP}/k`) }), want: 'denied' },
  {
    name: '1,000 reserved annotations with long names',
    body: () => ofSpec({}, { annotations: keys(1_000, `${GROUP}/${long('k', 1_300)}`) }),
    want: 'denied',
  },
  { name: '15,000 unknown fields', body: () => ofSpec(keys(15_000)), want: 'denied' },
  { name: '15,000 node labels to match', body: () => ofSpec({ nodeSelector: keys(15_000) }), want: 'denied' },
  { name: '15,000 variables without a name', body: () => ofSpec({ env: many(15_000, () => ({})) }), want: 'denied' },
  {
    name: '256 variables that break a rule',
    body: () => ofSpec({ env: many(256, (at) => ({ name: `A${at}`, value: ';|&`$(' })) }),
    want: 'denied',
  },

  { name: 'an image of a megabyte', body: () => review(session({ image: long('a/', 1_400_000) })), want: 'denied' },
  {
    name: 'a command of a megabyte',
    body: () => ofSpec({ command: ['sh', '-c', long('rm -', 1_400_000)] }),
    want: 'denied',
  },
  {
    name: 'a command of four times 32 KiB',
    body: () => ofSpec({ command: ['sh', '-c', long('$(', 32_000), long('`;', 32_000), long('{(', 32_000)] }),
    want: 'answered',
  },
  ...BOMB_UNITS.map((unit) => ({
    name: `every text full of ${JSON.stringify(unit)}`,
    body: () => review(session(fullSpec(unit))),
    want: unit.isWellFormed() ? ('denied' as const) : ('unreadable' as const),
  })),
];
