// The rights that we ask for, as a golden text: a new right shows up in review.

import { expect, test } from 'vitest';
import { clientObjects, systemObjects, webhookConfiguration } from '../../../src/compose/cluster-objects.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const rulesOf = (object: { readonly kind: string; readonly [field: string]: unknown }): readonly Rule[] =>
  Array.isArray(object['rules']) ? (object['rules'] as Rule[]) : []; // our own objects

test('rights per role', async () => {
  const lines = systemObjects().flatMap((object) =>
    rulesOf(object).map(({ apiGroups, resources, verbs, resourceNames }) => {
      const names = resourceNames === undefined ? '' : ` named ${resourceNames.join(',')}`;
      return `${object.kind} ${object.metadata.name}: ${verbs.join(',')} ${resources.join(',')} in ${apiGroups.map((group) => group || 'core').join(',')}${names}`;
    }),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('rights.txt');
});

test('no wildcard, no pods, no impersonation, and Secrets without list and watch', () => {
  for (const object of [...systemObjects(), ...clientObjects('team-a')]) {
    for (const rule of rulesOf(object)) {
      expect([...rule.apiGroups, ...rule.resources, ...rule.verbs]).not.toContain('*');
      expect(rule.verbs).not.toContain('impersonate');
      expect(rule.resources.filter((resource) => resource.startsWith('pods') || resource.startsWith('nodes'))).toEqual(
        [],
      );
      if (rule.resources.includes('secrets')) {
        expect(rule.verbs).not.toContain('list');
        expect(rule.verbs).not.toContain('watch');
      }
    }
  }
});

test('S4.PRD.02: nobody of ours may read the Secrets of a namespace until an admin of it says so', () => {
  const objects = systemObjects();
  const withSecrets = objects.filter((object) =>
    rulesOf(object).some(({ resources }) => resources.includes('secrets')),
  );
  expect(withSecrets.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.namespace ?? ''}`)).toEqual([
    'Role mcpsession-webhook mcpsession-system',
    'Role mcpsession-frontend mcpsession-system',
    'ClusterRole mcpsession-reference-reader ',
  ]);
  const bound = objects.map((object) => (object['roleRef'] as { name?: string } | undefined)?.name); // our own objects
  expect(bound).not.toContain('mcpsession-reference-reader');
});

test('the webhook judges our own resource alone, fails closed and never stands in the way of deletion', () => {
  const configuration = webhookConfiguration({ url: 'https://127.0.0.1:1/validate', caPem: 'pem' });
  expect(configuration['webhooks']).toMatchObject([
    {
      failurePolicy: 'Fail',
      timeoutSeconds: 5,
      sideEffects: 'None',
      rules: [{ apiGroups: ['mcpsession.dev'], resources: ['mcpsessions'], operations: ['CREATE', 'UPDATE'] }],
      matchConditions: [{ expression: expect.stringContaining('!has(object.metadata.deletionTimestamp)') }],
    },
  ]);
});
