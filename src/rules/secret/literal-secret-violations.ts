// What the rules about secrets in plain sight have in common: one walk over the variables, and sentences without the value.

import { shownValue } from '../../lib/visible-text.ts';
import type { SessionSpec } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { holdsKnownToken } from './known-token.ts';
import { holdsRandomToken } from './random-token.ts';
import { isPlainSetting, isSecretName } from './secret-name.ts';

/** Literal values under the name of a secret, and keys of a known form under any name. */
export const literalSecretViolations = (spec: SessionSpec, rule: string): readonly Violation[] =>
  violations({ spec, rule, sign: (name, value) => knownSign(name, value) });

/** Literal values that look random, where the other rule has nothing to say. */
export const randomSecretViolations = (spec: SessionSpec, rule: string): readonly Violation[] =>
  violations({
    spec,
    rule,
    sign: (name, value) =>
      holdsRandomToken(value) && knownSign(name, value) === null
        ? `the value of ${shownValue(name)} looks random, as keys do`
        : null,
  });

function knownSign(name: string, value: string): string | null {
  const part = isSecretName(name) ? 'name' : holdsKnownToken(value) ? 'value' : null;
  return part === null ? null : `the ${part} of ${shownValue(name)} looks like that of a secret`;
}

function violations(asked: {
  readonly spec: SessionSpec;
  readonly rule: string;
  readonly sign: (name: string, value: string) => string | null;
}): readonly Violation[] {
  const { spec, rule, sign } = asked;
  return spec.env.flatMap(({ name, value }, index): Violation[] => {
    const message = value === undefined || isPlainSetting(value) ? null : sign(name, value);
    if (message === null) return [];
    const path = `spec.env[${index}].value`;
    return [{ rule, kind: 'invalid', path, message, fix: 'keep secrets out of the spec' }];
  });
}
