import { expect, test } from 'vitest';
import { admissionFloor } from '../../../src/compose/admission/floor.ts';
import { RULE_LINK } from '../../../src/model/names.ts';

interface Policy {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly failurePolicy: string;
    readonly variables: readonly { readonly expression: string }[];
    readonly validations: readonly { readonly message: string; readonly messageExpression?: string }[];
  };
}

const objects = (unboundNode: string | null) => admissionFloor({ unboundNode }) as unknown as readonly Policy[]; // as written there
const policies = objects(null).filter(({ kind }) => kind === 'ValidatingAdmissionPolicy');

test('every policy fails closed and is bound so that it denies everywhere', () => {
  const bindings = objects(null).filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
  expect(policies.map(({ spec }) => spec.failurePolicy)).toEqual(policies.map(() => 'Fail'));
  expect(bindings.map(({ spec }) => spec)).toEqual(
    policies.map(({ metadata }) => ({ policyName: metadata.name, validationActions: ['Deny'] })),
  );
});

test('every refusal says what may be written by whom, in one line, and where a rule says the same, its id and link', () => {
  const messages = policies.flatMap(({ spec }) => spec.validations.map(({ message }) => message));
  for (const message of messages) {
    expect(message).not.toMatch(/\n/);
    expect(message.length).toBeLessThanOrEqual(300);
    const rule = /^\[MCPS-([0-9]{3})\]/.exec(message)?.[1];
    if (rule !== undefined) expect(message).toContain(`(${RULE_LINK}/${rule})`);
  }
  expect(messages.filter((message) => message.startsWith('[MCPS-'))).toHaveLength(3);
});

test('the node of a controller without a claim is nobody, unless one is named', () => {
  const nodeOf = (unboundNode: string | null): readonly string[] =>
    objects(unboundNode).flatMap(({ spec }) => (spec.variables ?? []).map(({ expression }) => expression));
  expect(nodeOf(null).some((expression) => expression.endsWith(`variables.claim : ""`))).toBe(true);
  expect(nodeOf('node-of-up').some((expression) => expression.endsWith(`variables.claim : "node-of-up"`))).toBe(true);
});
