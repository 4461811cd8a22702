// Danger: a NUL ends an argument early, so that another program runs than the one reviewed; arguments beyond the kernel's
// bound make every start fail; status and terminals show the program's name. Fields: spec.command, spec.args. Allowed: a program
// that is not empty and holds nothing invisible, no NUL, 128 KiB in all.
// Source: execve(2) "Limits on size of arguments", security.md 4.4 Cmd.

import { utf8Length } from '../../lib/utf8.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const MAX_BYTES = 131_072;
/** NUL has a sentence of its own. */
const INVISIBLE = /[^\P{Cc}\0]|[\p{Cf}\p{Zl}\p{Zp}]/u;

export const commandSize: Rule<SessionSubject> = {
  id: 'MCPS-802',
  severity: 'deny',
  title: 'form of the command',
  why: 'A NUL in an argument makes another program run than the one reviewed.',
  check: ({ spec }) => {
    const violations: Violation[] = [];
    for (const field of ['command', 'args'] as const) {
      for (const [index, argument] of spec[field].entries()) {
        if (!argument.includes('\0')) continue;
        const path = `spec.${field}[${index}]`;
        violations.push({
          rule: 'MCPS-802',
          kind: 'invalid',
          path,
          message: 'holds a NUL character',
          fix: 'delete it',
        });
      }
    }
    if (spec.command[0] === '') {
      const message = 'the name of the program is empty';
      violations.push({ rule: 'MCPS-802', kind: 'required', path: 'spec.command[0]', message, fix: 'name a program' });
    }
    if (INVISIBLE.test(spec.command[0] ?? '')) {
      const message = 'the name of the program holds a control or invisible character';
      violations.push({ rule: 'MCPS-802', kind: 'invalid', path: 'spec.command[0]', message, fix: 'delete it' });
    }
    const bytes = byteLength([...spec.command, ...spec.args]);
    if (bytes > MAX_BYTES) {
      const message = `command and args have ${bytes} bytes; at most ${MAX_BYTES} are allowed`;
      const fix = 'put the data in a file of the session';
      violations.push({ rule: 'MCPS-802', kind: 'invalid', path: 'spec.command', message, fix });
    }
    return violations;
  },
};

function byteLength(argv: readonly string[]): number {
  return argv.reduce((sum, argument) => sum + utf8Length(argument) + 1, 0);
}
