// docs/rules.md, from the rules themselves, their headers and their examples. hack/generate.ts writes it.

import { assertNever } from '../src/lib/assert-never.ts';
import { type ExplainedRule, explained } from '../src/rules/explain.ts';
import type { RuleReference } from '../src/rules/reference.ts';
import { type RuleDescription, ruleRegistry } from '../src/rules/registry.ts';

const SUBJECTS: readonly RuleDescription['subject'][] = ['session', 'request', 'node', 'container'];

/** The same bytes for the same rules, on every machine. */
export function rulesDocument(references: Readonly<Record<string, RuleReference>>): {
  readonly path: string;
  readonly text: string;
} {
  const rules = ruleRegistry.flatMap((rule) => {
    const reference = references[rule.id];
    return reference === undefined ? [] : [explained(rule, reference)];
  });
  const sections = SUBJECTS.map((subject) =>
    section(
      subject,
      rules.filter((rule) => rule.subject === subject),
    ),
  );
  return { path: 'docs/rules.md', text: [HEAD, ...sections].join('\n') };
}

const HEAD = `<!-- Generated from src/rules and examples/denied by hack/generate.ts (npm run generate). Do not edit. -->
# Rules

${ruleRegistry.length} rules. A refusal names the rule, the field, the fact and the fix. \`deny\` refuses; \`warn\` is shown and lets pass.
The numbers: 1xx privilege, 2xx host, 3xx image, 4xx limits and lifetime, 5xx network, 6xx identity and secrets, 8xx commands, 9xx
the built container. A number is never used again for another rule. Which settings loosen a rule: [policy.md](policy.md). The
same text in a terminal: \`mcpsession rules 201\`. Refused sessions to try out: \`examples/denied/\`. Which controls of public
standards the rules support: [compliance.md](compliance.md). A source such as S0.C1.04 is a row of test/requirements; requirements.md, security.md
and design.md are studies of the project that are not shipped.
`;

function section(subject: RuleDescription['subject'], rules: readonly ExplainedRule[]): string {
  return [`## ${titleOf(subject)}\n`, `${introductionOf(subject)}\n`, ...rules.map(ruleSection)].join('\n');
}

/** The anchor is what the link in a refusal ends with: mcpsession.dev/r/201. */
function ruleSection(rule: ExplainedRule): string {
  const { id, severity, title, since, enforcedAt, config } = rule;
  const lines = [
    `### <a id="${id.replace(/^MCPS-/, '')}"></a>${id}: ${title}\n`,
    `\`${severity}\`, since ${since}, enforced at: ${enforcedAt.join(', ')}. ${rule.why}\n`,
    `- Danger: ${rule.danger}`,
    `- Fields: ${rule.fields}.`,
    `- Allowed: ${rule.allowed}`,
    `- Settings: ${config.length === 0 ? 'none' : config.map((key) => `[\`${key}\`](policy.md)`).join(', ')}.`,
    `- Bad: ${code(rule.bad)}`,
    `- Good: ${code(rule.good)}`,
    `- Source: ${rule.source}`,
  ];
  return `${lines.join('\n')}\n`;
}

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

function titleOf(subject: RuleDescription['subject']): string {
  switch (subject) {
    case 'session':
      return 'The spec of a session';
    case 'request':
      return 'The request';
    case 'node':
      return 'What only the node knows';
    case 'container':
      return 'The built container';
    default:
      return assertNever(subject);
  }
}

function introductionOf(subject: RuleDescription['subject']): string {
  switch (subject) {
    case 'session':
      return 'Judged at every gate: `mcpsession check` (`cli`), the MCP front end, the admission webhook, and the controller before it makes a container, which tells nobody of warnings. The front end of `mcpsession mcp` does not know the policy of the cluster and leaves the verdict to the webhook. The rules of commands (803 and above) are asked again for every command that is run in a session, by the front end and by the node.';
    case 'request':
      return 'Depends on who asks, where, when, and what there is already, so it is judged where that can be seen: by the webhook always, by the front end as an early answer, and by placement and the controller where a burst or a change comes after admission.';
    case 'node':
      return 'Judged by the controller when it builds a container; the session gets the reason `PolicyRejected`.';
    case 'container':
      return "Fields are those of the operator's own description of a container (src/model/container.ts). Judged by the controller on what it is about to create (then the reason is `PolicyRejected`), and again on what the engine says it has created and is running: a container that breaks one of these rules is removed, and the session gets the reason `IsolationFailed`.";
    default:
      return assertNever(subject);
  }
}
