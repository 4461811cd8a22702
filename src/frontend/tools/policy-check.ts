// policy_check: would this spec be accepted? The same rules as admission, and nothing is created.

import { z } from 'zod';
import type { Violation } from '../../model/violation.ts';
import { namespaceArgument } from './arguments.ts';
import { answer, defineTool } from './tool.ts';

const violationResult = z.strictObject({ rule: z.string(), path: z.string(), message: z.string(), fix: z.string() });

export const policyCheck = defineTool({
  name: 'policy_check',
  title: 'Check policy',
  description:
    'Judges an McpSession spec by the rules that admission uses, and creates nothing. Every violation comes with its fix.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    ns: namespaceArgument,
    spec: z.record(z.string(), z.unknown()).meta({
      description: 'The spec of an McpSession, as in its YAML. Example: {"image": "python:3.13"}.',
    }),
  }),
  output: z.strictObject({
    allowed: z.boolean(),
    violations: z.array(violationResult),
    warnings: z.array(violationResult),
    profiles: z.array(z.string()).meta({ description: 'Policy profiles that allow this spec.' }),
  }),
  async run({ spec, ns }, { services, caller, signal }) {
    const namespace = ns ?? services.namespaceOf(caller);
    const { profile, acceptedBy, violations, warnings } = await services.check(spec, namespace, signal);
    const allowed = violations.length === 0;
    const verdict = allowed
      ? `Profile "${profile}" allows this spec.`
      : `Profile "${profile}" refuses this spec: ${violations.length} ${violations.length === 1 ? 'violation' : 'violations'}.`;
    const lines = [
      verdict,
      ...violations.map((violation) => line('refused', violation)),
      ...warnings.map((warning) => line('warning', warning)),
      ...(allowed || acceptedBy.length === 0
        ? []
        : [`Allowed by profile ${acceptedBy.join(', ')}; an admin labels the namespace.`]),
    ];
    return answer(lines.join('\n'), {
      allowed,
      violations: violations.map(shown),
      warnings: warnings.map(shown),
      profiles: [...acceptedBy],
    });
  },
});

const line = (kind: string, { rule, path, message, fix }: Violation): string =>
  `${kind} [${rule}] ${path}: ${message}; fix: ${fix}`;
const shown = ({ rule, path, message, fix }: Violation): z.output<typeof violationResult> => ({
  rule,
  path,
  message,
  fix,
});
