// The three ways to a certificate: made by the program, by cert-manager, or provided in a Secret. The programs that take them are tested
// in test/unit/process and test/integration/roles.

import { expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { containerOf, NAMESPACE, one, podOf, refusal, type Rendered, template } from './render.ts';

const SERVING = ['webhook', 'frontend'] as const;
type Serving = (typeof SERVING)[number];

const WITH_CERT_MANAGER = ['--api-versions', 'cert-manager.io/v1'];
const certificateSettings = (objects: readonly Rendered[], role: Serving): unknown => {
  const text = one(objects, 'ConfigMap', `mcpsession-${role}-settings`).data[`${role}.yaml`] ?? '';
  const parsed = parseRoleSettings(role, text, 'settings');
  if (!parsed.ok) throw new Error(parsed.error.join('\n'));
  return parsed.value.certificate;
};
const secretRights = (objects: readonly Rendered[], role: Serving): string =>
  JSON.stringify(one(objects, 'Role', `mcpsession-${role}`).rules);

test.each(SERVING)('by default the %s makes its own, and may write its Secret', async (role) => {
  const objects = await template();
  expect(certificateSettings(objects, role)).toMatchObject({ directory: null });
  expect(podOf(objects, role).volumes.map(({ name }) => name)).not.toContain('certificate');
  expect(secretRights(objects, role)).toContain(`mcpsession-${role}-certificate`);
});

test.each(SERVING)('a Secret of yours is mounted, and the %s reads no other one', async (role) => {
  const objects = await template({
    [`${role}.certificate.mode`]: 'provided',
    [`${role}.certificate.secretName`]: 'my-certificate',
  });
  expect(certificateSettings(objects, role)).toMatchObject({ directory: '/etc/mcpsession/certificate' });
  expect(podOf(objects, role).volumes).toContainEqual({
    name: 'certificate',
    secret: { secretName: 'my-certificate' },
  });
  expect(containerOf(objects, role).volumeMounts).toContainEqual({
    name: 'certificate',
    mountPath: '/etc/mcpsession/certificate',
    readOnly: true,
  });
  expect(secretRights(objects, role)).not.toContain('secrets');
  const other = role === 'webhook' ? 'frontend' : 'webhook';
  expect(secretRights(objects, other)).toContain('secrets');
});

test('the ConfigMap that says where the front end is stays its own in every mode', async () => {
  const values = { 'frontend.certificate.mode': 'provided', 'frontend.certificate.secretName': 'my-certificate' };
  expect(secretRights(await template(values), 'frontend')).toContain('configmaps');
});

test.each(SERVING)(
  'cert-manager is asked for a certificate of the Service of the %s, by an issuer of ours',
  async (role) => {
    const values = { [`${role}.certificate.mode`]: 'certManager', [`${role}.certificate.validDays`]: 90 };
    const objects = await template(values, ...WITH_CERT_MANAGER);
    const name = `mcpsession-${role}`;
    expect(one(objects, 'Issuer', name).spec).toEqual({ selfSigned: {} });
    expect(one(objects, 'Certificate', name).spec).toMatchObject({
      secretName: `${name}-tls`,
      dnsNames: [name, `${name}.${NAMESPACE}`, `${name}.${NAMESPACE}.svc`, `${name}.${NAMESPACE}.svc.cluster.local`],
      duration: '2160h',
      renewBefore: '720h',
      issuerRef: { name, kind: 'Issuer' },
    });
    expect(podOf(objects, role).volumes).toContainEqual({ name: 'certificate', secret: { secretName: `${name}-tls` } });
    expect(certificateSettings(objects, role)).toMatchObject({ directory: '/etc/mcpsession/certificate' });
  },
);

test('an issuer of yours is used, and none is made', async () => {
  const issuerRef = { name: 'my-ca', kind: 'ClusterIssuer' };
  const values = {
    'frontend.certificate.mode': 'certManager',
    'frontend.certificate.issuerRef': issuerRef,
    'frontend.allowedHosts': ['mcp.example.com'],
  };
  const objects = await template(values, ...WITH_CERT_MANAGER);
  expect(objects.filter(({ kind }) => kind === 'Issuer')).toEqual([]);
  const { spec } = one(objects, 'Certificate', 'mcpsession-frontend');
  expect(spec).toMatchObject({ issuerRef });
  expect((spec as object as { dnsNames: string[] }).dnsNames).toContain('mcp.example.com'); // of a Certificate
});

test('a front end that is switched off gets no certificate', async () => {
  const values = { 'frontend.certificate.mode': 'certManager', 'frontend.enabled': false };
  const objects = await template(values, ...WITH_CERT_MANAGER);
  expect(objects.filter(({ kind }) => kind === 'Certificate')).toEqual([]);
});

test.each([
  {
    values: { 'webhook.certificate.mode': 'provided' },
    says: 'webhook.certificate.secretName: nothing is not allowed with webhook.certificate.mode: provided; name a Secret',
  },
  {
    values: { 'frontend.certificate.secretName': 'mine' },
    says: 'frontend.certificate.secretName: mine is not allowed with frontend.certificate.mode: self; choose',
  },
  {
    values: { 'webhook.certificate.issuerRef': { name: 'my-ca' } },
    says: 'webhook.certificate.issuerRef is not allowed with webhook.certificate.mode: self; choose the mode certManager',
  },
  {
    values: { 'webhook.certificate.mode': 'certManager' },
    says: 'webhook.certificate.mode: certManager is not allowed in a cluster without cert-manager.io/v1; install',
  },
  { values: { 'webhook.certificate.mode': 'helm' }, says: '/webhook/certificate/mode' },
  { values: { 'webhook.certificate.issuerRef': { nam: 'x' } }, says: 'nam' },
])('$values is refused: $says', async ({ values, says }) => {
  expect(await refusal(values)).toContain(says);
});
