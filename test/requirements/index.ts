// Every requirement of the five source documents by its stable id (S<document>.<section>.<nn>), so that tests can name what they
// prove and `npm run requirements` can count. A row that another part of the project answers for says which.

import { S0_ROWS } from './s0-remediation-list.ts';
import { S1_ROWS } from './s1-command-server-guide.ts';
import { S2_ROWS } from './s2-security-report.ts';
import { S3_ROWS } from './s3-hardening-report.ts';
import { S4_ROWS } from './s4-session-server-guide.ts';

/** A rule refuses, a default is a value nobody has to ask for, a limit is a number; these three a test must prove. */
export const KINDS = ['rule', 'default', 'limit', 'behaviour', 'document'] as const;
export type RequirementKind = (typeof KINDS)[number];

/** Who answers for rows that these tests do not have to name, and why. */
export const ELSEWHERE = {
  alternative: 'another option of the same item was chosen',
  arguments: 'session_create has arguments of its own; every other one, dockerOpts included, is refused as unknown',
  audit: 'the audit log is not in this release',
  chart:
    'not in the chart of this release: OAuth settings, lists of addresses, values files per purpose, alerts, dashboards, loading AppArmor profiles',
  browser: 'no page of another origin is served: there are no CORS answers to keep',
  ci: 'the pipeline and the habits of the repository, not the product',
  docs: 'a document or a duty of people: nothing that a program could enforce',
  confirmation: 'no tool shows values, so there is nothing to ask the person about; elicitation is not in this release',
  doctor: 'the doctor command is not in this release',
  egress: 'network mode egress: a later step; refused until it is enforced (MCPS-501)',
  injection:
    'text from sessions is fenced as untrusted and cannot close its fence; looking for patterns in it is not in this release',
  logReads:
    'reads of logs count as requests of their caller (1200 a minute, 200 at once); no limit of their own in this release',
  node: 'start checks of the engine connection: issue 7, item 6',
  oauth:
    'this release authenticates by Kubernetes tokens (TokenReview) alone: no JWT, keys or client secret of its own',
  redaction: 'values of variables are never shown; what a command prints is given as it is, marked as untrusted',
  remote: 'an engine is reached by a local socket alone; there is no remote engine to protect',
  replicas: 'limits are per front end process; shares for several replicas come with the chart: issue 7',
  rootController:
    'the controller is uid 0 without any capability, as the owner of the socket and of its directory on the node (docs/install.md); all other pods are not root',
  selinux: 'no SELinux in this release: every label option is refused (MCPS-104)',
  usage: 'usage metrics per session are not in this release',
  workspace: 'work is done in /workspace; a program that wants /tmp/code-executor makes it, as the probe does',
} as const;
export type Elsewhere = keyof typeof ELSEWHERE;

export interface Requirement {
  readonly id: string;
  readonly kind: RequirementKind;
  /** Component of the requirements table: RULES, AGENT, CHART, ... */
  readonly owner: string;
  readonly title: string;
  /** null: tests of this repository have to name it. */
  readonly elsewhere: Elsewhere | null;
}

/** Ordered as in the documents. Throws on a row that it cannot read: the table is part of the source. */
export const requirements = (): readonly Requirement[] =>
  [S0_ROWS, S1_ROWS, S2_ROWS, S3_ROWS, S4_ROWS].flatMap((rows) => rows.trim().split('\n').map(rowOf));

function rowOf(line: string): Requirement {
  const [id = '', kind = '', owner = '', title = '', elsewhere] = line.split('|').map((cell) => cell.trim());
  const known = KINDS.find((name) => name === kind);
  const reason = elsewhere === undefined ? null : elsewhereOf(elsewhere);
  if (known === undefined || owner === '' || title === '' || reason === undefined)
    throw new Error(`requirement row "${line}" is not "id | kind | owner | title [| elsewhere]"`);
  return { id, kind: known, owner, title, elsewhere: reason };
}

const elsewhereOf = (name: string): Elsewhere | undefined =>
  Object.hasOwn(ELSEWHERE, name) ? (name as Elsewhere) : undefined; // just looked up
