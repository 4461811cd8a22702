// Danger: a reference that is accepted but not resolved starts a program without its secret; a pull secret that is accepted but not
// used hides whose right an image was fetched by. Fields: spec.env[].valueFrom, spec.imagePullSecrets, spec.sessionInit. Allowed:
// valueFrom with one key of one Secret or ConfigMap, in a session with the session init; no pull secrets in this release.
// Source: design.md 8.12 (docs/adr/0012).

import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import type { Rule } from '../rule.ts';
import type { SessionSubject } from '../session-subject.ts';

const RULE = 'MCPS-604';
/** RFC 1123 subdomain: what names of Secrets and ConfigMaps are made of. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const KEY = /^[-._a-zA-Z0-9]+$/;

export const secretReferences: Rule<SessionSubject> = {
  id: 'MCPS-604',
  severity: 'deny',
  title: 'references to Secrets and ConfigMaps',
  why: 'A reference that is accepted but not resolved starts a program without what it needs.',
  check: ({ spec }) => [
    ...spec.env.flatMap((variable, index) => variableViolations(spec, variable, index)),
    ...pullSecretViolations(spec),
  ],
};

function variableViolations(
  { sessionInit }: SessionSpec,
  { name, valueFrom }: SessionSpec['env'][number],
  index: number,
): readonly Violation[] {
  if (valueFrom === undefined) return [];
  const path = `spec.env[${index}].valueFrom`;
  const { secretKeyRef, configMapKeyRef } = valueFrom;
  if ((secretKeyRef === undefined) === (configMapKeyRef === undefined)) {
    const message = 'must have exactly one of secretKeyRef and configMapKeyRef';
    return [{ rule: RULE, kind: 'invalid', path, message, fix: 'name one key of one object' }];
  }
  if (name === 'PATH') {
    const message = 'PATH decides what runs, so its value must be seen where the session is judged';
    return [{ rule: RULE, kind: 'forbidden', path, message, fix: 'set value, a list of absolute directories' }];
  }
  if (sessionInit === 'Disabled') {
    const message = 'values from Secrets and ConfigMaps need the session init, which hands them over';
    return [{ rule: RULE, kind: 'forbidden', path, message, fix: 'set spec.sessionInit to Enabled' }];
  }
  return [
    ...(secretKeyRef === undefined ? [] : nameViolations(secretKeyRef, `${path}.secretKeyRef`)),
    ...(configMapKeyRef === undefined ? [] : nameViolations(configMapKeyRef, `${path}.configMapKeyRef`)),
  ];
}

function nameViolations(
  { name, key }: { readonly name: string; readonly key: string },
  path: string,
): readonly Violation[] {
  const fix = 'write the name as kubectl shows it';
  const violations: Violation[] = [];
  if (!OBJECT_NAME.test(name)) {
    const message = `${shownValue(name)} cannot be the name of an object`;
    violations.push({ rule: RULE, kind: 'invalid', path: `${path}.name`, message, fix });
  }
  if (!KEY.test(key)) {
    const message = `${shownValue(key)} cannot be a key; keys hold letters, digits, "-", "_" and "."`;
    violations.push({ rule: RULE, kind: 'invalid', path: `${path}.key`, message, fix });
  }
  return violations;
}

function pullSecretViolations({ imagePullSecrets }: SessionSpec): readonly Violation[] {
  if (imagePullSecrets.length === 0) return [];
  const message = 'pull secrets are not available in this release';
  const fix = 'delete it; use an image that the node has or that needs no login';
  return [{ rule: RULE, kind: 'forbidden', path: 'spec.imagePullSecrets', message, fix }];
}
