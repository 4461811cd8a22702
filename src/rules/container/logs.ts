// Danger: the default log is an unbounded file; syslog, fluentd and others write to sockets of the node (SSRF by the daemon).
// Fields: logDriver, logOptions. Allowed: none; json-file or local with max-size up to 100m and max-file up to 10, nothing else.
// Source: security.md 4.2 LogConfig (measured).

import { shownValue } from '../../lib/visible-text.ts';
import type { ContainerSpec } from '../../model/container.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import { containerViolation } from './violation.ts';

export const containerLogs: Rule<ContainerSpec> = {
  id: 'MCPS-923',
  severity: 'deny',
  title: 'container: logs',
  why: 'Unbounded logs fill the disk of the node, and remote drivers reach its sockets.',
  check: ({ logDriver, logOptions }) => {
    if (logDriver === 'none') return [];
    if (logDriver !== 'json-file' && logDriver !== 'local') {
      return [
        containerViolation({
          rule: 'MCPS-923',
          field: 'logDriver',
          message: `"${shownValue(logDriver)}" is not none, json-file or local`,
        }),
      ];
    }
    const violations: Violation[] = [];
    if (!isBoundedSize(logOptions['max-size'])) {
      violations.push(
        containerViolation({
          rule: 'MCPS-923',
          field: 'logOptions.max-size',
          message: 'is not between 1 byte and 100m',
        }),
      );
    }
    if (!/^(?:[1-9]|10)$/.test(logOptions['max-file'] ?? '')) {
      violations.push(
        containerViolation({ rule: 'MCPS-923', field: 'logOptions.max-file', message: 'is not between 1 and 10' }),
      );
    }
    const others = Object.keys(logOptions).filter((name) => name !== 'max-size' && name !== 'max-file');
    if (others.length === 0) return violations;
    return [
      ...violations,
      containerViolation({ rule: 'MCPS-923', field: 'logOptions', message: `holds ${shownValue(others.join(', '))}` }),
    ];
  },
};

const MAX_LOG_BYTES = 104_857_600;
const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1_048_576, g: 1_073_741_824 };

function isBoundedSize(size: string | undefined): boolean {
  const match = /^([1-9][0-9]{0,9})([kmg]?)$/.exec(size ?? '');
  return match !== null && Number(match[1]) * (UNIT_BYTES[match[2] ?? ''] ?? Number.NaN) <= MAX_LOG_BYTES;
}
