// docs/rules.md, from the rules themselves. hack/generate.ts writes it.

import { assertNever } from '../src/lib/assert-never.ts';
import { type RuleDescription, ruleRegistry } from '../src/rules/registry.ts';

const SUBJECTS: readonly RuleDescription['subject'][] = ['session', 'request', 'node', 'container'];

/** The same bytes for the same rules, on every machine. */
export function rulesDocument(): { readonly path: string; readonly text: string } {
  return { path: 'docs/rules.md', text: [HEAD, ...SUBJECTS.map(section)].join('\n') };
}

const HEAD = `<!-- Generated from src/rules/registry.ts by hack/generate.ts (npm run generate). Do not edit. -->
# Rules

${ruleRegistry.length} rules. A refusal names the rule, the field, the fact and the fix. \`deny\` refuses; \`warn\` is shown and lets pass.
The numbers: 1xx privilege, 2xx host, 3xx image, 4xx limits and lifetime, 5xx network, 6xx identity and secrets, 8xx commands, 9xx
the built container. A number is never used again for another rule. Which settings loosen a rule: [policy.md](policy.md).

The fields and exact conditions of a rule stand in the header of its file below \`src/rules/\`. \`examples/denied/\` has
refused sessions to try out.
`;

function section(subject: RuleDescription['subject']): string {
  const rows = ruleRegistry.filter((rule) => rule.subject === subject).map(row);
  return `## ${titleOf(subject)}\n\n${introductionOf(subject)}\n\n| Rule | Severity | What | Why |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

/** The anchor is what the link in a refusal ends with: mcpsession.dev/r/201. */
function row({ id, severity, title, why }: RuleDescription): string {
  const number = id.replace(/^MCPS-/, '');
  return `| <a id="${number}"></a>${id} | ${severity} | ${cell(title)} | ${cell(why)} |`;
}

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`);

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
      return 'Judged at every gate: `mcpsession check`, the MCP front end, the admission webhook, and the controller before it makes a container.';
    case 'request':
      return 'Judged by the admission webhook, because it depends on who asks.';
    case 'node':
      return 'Judged by the controller when it builds a container; the session gets the reason `PolicyRejected`.';
    case 'container':
      return 'Judged by the controller on what it is about to create (then the reason is `PolicyRejected`), and again on what the engine says it has created and is running: a container that breaks one of these rules is removed, and the session gets the reason `IsolationFailed`.';
    default:
      return assertNever(subject);
  }
}
