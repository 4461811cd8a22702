// The shape of docs/compliance.md and the reader of its tables. Wording: this software supports a control; whether a control is met is
// for people to say, who see the whole system (requirements.md K-37).

export const SUPPORTS = ['default', 'setting', 'shared', 'exception', 'operator'] as const;
/** `setting`: only with the settings that `how` names. `shared`: the other half is the operator's. `operator`: all of it is. */
export type Support = (typeof SUPPORTS)[number];

/** The file, below the root of the repository, holds the title in quotes: a test checks it. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

export interface ComplianceRow {
  /** Number or name of the control in its standard. */
  readonly control: string;
  /** What it is about, in our words. */
  readonly subject: string;
  readonly support: Support;
  readonly how: string;
  /** Ids of docs/rules.md. */
  readonly rules: readonly string[];
  /** Controls of status.isolation that show it on every running session. */
  readonly shownBy: readonly string[];
  readonly proof: readonly Proof[];
}

export interface Standard {
  readonly title: string;
  readonly introduction: string;
  readonly rows: readonly ComplianceRow[];
}

/** Short names of test files in the tables. */
const TEST_FILES: Readonly<Record<string, string>> = {
  account: 'test/integration/webhook/floor.test.ts',
  block: 'test/unit/rules/network/blocked-host.test.ts',
  build: 'test/unit/plan/build-container.test.ts',
  calls: 'test/unit/docker/engine-calls.test.ts',
  cis: 'test/unit/hack/cis.test.ts',
  engine: 'test/unit/plan/engine-problems.test.ts',
  env: 'test/unit/rules/session/environment-values.test.ts',
  exec: 'test/unit/nodeapi/exec-limits.test.ts',
  gate: 'test/unit/frontend/http-gate.test.ts',
  gates: 'test/unit/rules/gates.test.ts',
  host: 'test/unit/rules/session/host.test.ts',
  identity: 'test/integration/e2e/identity.test.ts',
  image: 'test/unit/rules/session/image.test.ts',
  law: 'test/unit/law/import-law.test.ts',
  limits: 'test/unit/rules/session/limits.test.ts',
  main: 'test/integration/e2e/main-path.test.ts',
  masked: 'test/unit/rules/default-paths.test.ts',
  namespaces: 'test/unit/rules/session/namespaces.test.ts',
  network: 'test/unit/rules/session/network.test.ts',
  policy: 'test/unit/config/load-policy.test.ts',
  privilege: 'test/unit/rules/session/privilege.test.ts',
  real: 'test/integration/docker/cis.test.ts',
  recovery: 'test/integration/e2e/recovery.test.ts',
  seccomp: 'test/unit/docker/seccomp/profile.test.ts',
  swap: 'test/integration/docker/host-paths.test.ts',
  tenants: 'test/unit/frontend/tools/other-tools.test.ts',
};

/**
 * Rows of `control | subject | support | how | numbers of rules | controls of status.isolation | file: title; file: title`.
 * Throws on a line that it cannot read: the tables are part of the source.
 */
export const tableRows = (table: string): readonly ComplianceRow[] => table.trim().split('\n').map(rowOf);

function rowOf(line: string): ComplianceRow {
  const cells = line.split('|').map((cell) => cell.trim());
  const [control = '', subject = '', support = '', how = '', rules = '', shownBy = '', proof = ''] = cells;
  const known = SUPPORTS.find((name) => name === support);
  if (cells.length !== 7 || known === undefined || subject === '' || how === '')
    throw new Error(`compliance row "${line}" is not of seven cells, the third one of ${SUPPORTS.join(', ')}`);
  return {
    control,
    subject,
    support: known,
    how,
    rules: parts(rules, ', ').map((number) => `MCPS-${number}`),
    shownBy: parts(shownBy, ', '),
    proof: parts(proof, '; ').map(proofOf),
  };
}

const parts = (text: string, separator: string): readonly string[] => (text === '' ? [] : text.split(separator));

function proofOf(text: string): Proof {
  const [, name = '', title = ''] = /^([a-z]+): (.+)$/.exec(text) ?? [];
  const file = TEST_FILES[name];
  if (file === undefined) throw new Error(`"${text}" is not the short name of a test file and a title`);
  return { file, title };
}
