// Danger: labels and annotations of the operator's domain steer the operator; one set by a user could make a container look
// like another session's. Fields: metadata.{labels,annotations}. Allowed: no key of mcpsession.dev or a domain below it, but the owner
// annotation, which MCPS-601 judges; "user.mcpsession.dev/" is free. Source: security.md 4.4 Labels, design.md 8.5.

import { shownValue } from '../../lib/visible-text.ts';
import { GROUP, OWNER_ANNOTATION } from '../../model/names.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

export const reservedKeys: Rule<SessionSubject> = {
  id: 'MCPS-602',
  severity: 'deny',
  title: 'reserved labels and annotations',
  why: 'Labels of the domain of the operator steer it.',
  holdsAlways: true,
  check: ({ labels, annotations }) => [
    ...reservedViolations('metadata.labels', Object.keys(labels)),
    ...reservedViolations(
      'metadata.annotations',
      Object.keys(annotations).filter((key) => key !== OWNER_ANNOTATION),
    ),
  ],
};

function reservedViolations(path: string, keys: readonly string[]): readonly Violation[] {
  return keys.flatMap((key): Violation[] => {
    if (!isReserved(key)) return [];
    return [
      {
        rule: 'MCPS-602',
        kind: 'forbidden',
        path: `${path}[${shownValue(key)}]`,
        message: `keys below ${GROUP}/ are set by the operator only`,
        fix: `delete it, or use a key below user.${GROUP}/`,
      },
    ];
  });
}

/** In any case, since annotations keep it. */
function isReserved(key: string): boolean {
  const domain = key.toLowerCase().split('/', 1)[0] ?? '';
  return domain === GROUP || (domain.endsWith(`.${GROUP}`) && domain !== USER_DOMAIN);
}

const USER_DOMAIN = `user.${GROUP}`;
