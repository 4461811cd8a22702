// docs/compliance.md, from the tables of hack/compliance. hack/generate.ts writes it; test/unit/hack/compliance.test.ts holds it to the code.

import { CIS_DOCKER } from './compliance/cis-docker.ts';
import { NIST_800_190 } from './compliance/nist-800-190.ts';
import { OTHERS } from './compliance/others.ts';
import { POD_SECURITY } from './compliance/pod-security.ts';
import type { ComplianceRow, Proof, Standard, Support } from './compliance/row.ts';

export const STANDARDS: readonly Standard[] = [CIS_DOCKER, POD_SECURITY, NIST_800_190, ...OTHERS];

const SUPPORT_TEXTS: Readonly<Record<Support, string>> = {
  default: 'supports it by default',
  setting: 'supports it by settings',
  shared: 'supports it, shared',
  exception: 'reasoned exception',
  operator: "the operator's",
};

/** The same bytes for the same tables, on every machine. */
export const complianceDocument = (): { readonly path: string; readonly text: string } => ({
  path: 'docs/compliance.md',
  text: [HEAD, ...STANDARDS.map(section), RESPONSIBILITIES].join('\n'),
});

const HEAD = `<!-- Generated from hack/compliance by hack/generate.ts (npm run generate). Do not edit. -->
# Controls of public standards

What this software does for controls of public standards, with the rules, the line of \`status.isolation\` that shows it on every running
session, and a test that proves it. It *supports* a control; whether a control is met is for people to say, who see the whole system:
the kernel, the engine, the cluster, the images, the people. The subjects are in our words; the standards themselves say more.

- **supports it by default**: holds in every profile as delivered; the settings that loosen a rule are in [rules.md](rules.md).
- **supports it by settings**: needs the policy settings that are named.
- **supports it, shared**: our half is described; the other half is the operator's.
- **reasoned exception**: not done, and why.
- **the operator's**: nothing here can do it; what is said helps.

That each rule is asked at every gate that [rules.md](rules.md) names is proved by \`test/unit/rules/gates.test.ts\`. Whoever switches the rules
off (\`yolo\`) switches this document off.
`;

const RESPONSIBILITIES = `## Who answers for what

| | This software | Whoever operates it | Whoever uses it |
|---|---|---|---|
| containers of sessions | builds, judges and watches them; shows the proof in status | kernel, engine and runtime up to date; AppArmor, user namespaces | keeps the defaults, asks for less |
| images | registry, digest, what an image brings along | scans and signs them, keeps the registry | names them by digest |
| who may do what | asks on every call, in the name of the caller | RBAC, short tokens, who may use the engine's socket | keeps tokens secret |
| what sessions print | marks it as untrusted, bounds it | limits of the policy | does not obey it |
| records | status, events, metrics, annotations in the cluster's audit log | keeps and reviews them | - |
| incidents | \`suspendAll\` stops everything | decides, tells whom it concerns | reports |
`;

function section({ title, introduction, rows }: Standard): string {
  const lines = [
    `## ${title}\n`,
    ...(introduction === '' ? [] : [`${introduction}\n`]),
    '| Control | About | Support | How | Rules | In `status.isolation` | Proved by |',
    '|---|---|---|---|---|---|---|',
    ...rows.map(rowText),
  ];
  return `${lines.join('\n')}\n`;
}

function rowText({ control, subject, support, how, rules, shownBy, proof }: ComplianceRow): string {
  const links = rules.map((id) => id.replace('MCPS-', '')).map((number) => `[${number}](rules.md#${number})`);
  const shown = shownBy.map((name) => `\`${name}\``);
  const proved = proof.length === 0 ? '-' : proofText(proof);
  const cells = [control, subject, SUPPORT_TEXTS[support], how, orDash(links), orDash(shown), proved];
  return `| ${cells.join(' | ')} |`;
}

const orDash = (items: readonly string[]): string => (items.length === 0 ? '-' : items.join(', '));

/** Each file once, with its titles. */
function proofText(proof: readonly Proof[]): string {
  const byFile = Map.groupBy(proof, ({ file }) => file);
  const texts = [...byFile].map(([file, titles]) => {
    const quoted = titles.map(({ title }) => `"${title}"`).join(', ');
    return `[${file.replace(/^.*\/(.+)\.test\.ts$/, '$1')}](../${file}): ${quoted}`;
  });
  return texts.join('; ');
}
