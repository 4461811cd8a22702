// Settings of the roles: complete by default, and every bad field is named with its value, what is allowed and what to do.

import { expect, test } from 'vitest';
import { parseRoleSettings } from '../../../src/config/load-role.ts';
import { readRoleEnvironment } from '../../../src/config/role-environment.ts';
import { ROLES, type RoleName } from '../../../src/config/role-settings.ts';

const problemsOf = (role: RoleName, text: string): readonly string[] => {
  const parsed = parseRoleSettings(role, text, 'file.yaml');
  return parsed.ok ? [] : parsed.error;
};

test.each(ROLES)('the %s needs no file: every setting has a default', (role) => {
  const parsed = parseRoleSettings(role, '', 'file.yaml');
  expect(parsed).toMatchObject({
    ok: true,
    value: { logLevel: 'info', policyFile: null, metrics: { address: '0.0.0.0', port: 9464 } },
  });
});

test('the defaults of each role', () => {
  const valueOf = (role: RoleName) => {
    const parsed = parseRoleSettings(role, '{}', 'file.yaml');
    return parsed.ok ? parsed.value : parsed.error;
  };
  expect(valueOf('controller')).toMatchObject({
    docker: { socketPath: '/var/run/docker.sock', apiVersion: 'auto' },
    nodeApi: { port: 8444 },
    stateDir: '/var/lib/mcpsession',
    sweepIntervalSeconds: 30,
    concurrency: null,
  });
  expect(valueOf('webhook')).toMatchObject({
    port: 9443,
    serviceName: 'mcpsession-webhook',
    certificate: { validDays: 90 },
    drainSeconds: 5,
  });
  expect(valueOf('frontend')).toMatchObject({
    port: 8443,
    serviceName: 'mcpsession-frontend',
    tools: ['*'],
    allowedHosts: [],
    allowedOrigins: [],
    nodeTokenFile: '/var/run/secrets/mcpsession/node-token',
  });
});

test.each<{ role: RoleName; text: string; says: string }>([
  {
    role: 'placement',
    text: 'logLevel: loud',
    says: 'logLevel: "loud" is not allowed; allowed: "debug", "info", "warn", "error"',
  },
  {
    role: 'placement',
    text: 'policyFile: policy.yaml',
    says: 'policyFile: "policy.yaml" is not allowed; allowed: an absolute path',
  },
  {
    role: 'controller',
    text: 'docker: {apiVersion: 1.44}',
    says: 'docker.apiVersion: 1.44 is not allowed; allowed: "auto", "1.41", "1.42", "1.43", "1.44", "1.45", "1.46", "1.47", "1.48", "1.49", "1.50", "1.51", "1.52", "1.53", "1.54", "1.55"',
  },
  {
    role: 'frontend',
    text: 'tools: [session_exce]',
    says: 'tools[0]: "session_exce" is not allowed; allowed: "*", "session_create", "session_list", "session_get", "session_exec", "session_exec_output", "session_logs", "session_list_files", "session_read_file", "session_write_file", "session_extend", "session_delete", "policy_check"',
  },
  { role: 'placement', text: 'metrics: {port: 0}', says: 'metrics.port: 0 is not allowed; allowed: 1 or more' },
  {
    role: 'placement',
    text: 'metrics: {port: 70000}',
    says: 'metrics.port: 70000 is not allowed; allowed: 65535 or less',
  },
  {
    role: 'placement',
    text: 'metrics: {port: "9464"}',
    says: 'metrics.port: "9464" is not allowed; allowed: a value of type number',
  },
  {
    role: 'placement',
    text: 'metrics: {address: localhost}',
    says: 'metrics.address: "localhost" is not allowed; allowed: an IP address, "0.0.0.0" for all',
  },
  { role: 'placement', text: 'metrics: {prot: 1}', says: 'metrics: "prot" is not a setting; allowed: address, port' },
  {
    role: 'placement',
    text: 'serviceAccountDir: ""',
    says: 'serviceAccountDir: "" is not allowed; allowed: an absolute path',
  },
  {
    role: 'placement',
    text: 'docker: {}',
    says: 'settings of the placement: "docker" is not a setting; allowed: logLevel, policyFile, metrics, serviceAccountDir',
  },
  {
    role: 'placement',
    text: '[]',
    says: 'settings of the placement: [] is not allowed; allowed: a value of type object',
  },
  {
    role: 'controller',
    text: 'docker: {socketPath: docker.sock}',
    says: 'docker.socketPath: "docker.sock" is not allowed; allowed: an absolute path',
  },
  {
    role: 'controller',
    text: 'nodeApi: {port: 9464}',
    says: 'metrics.port: 9464 is not allowed; allowed: another port than that of nodeApi.port',
  },
  { role: 'controller', text: 'nodeApi: {port: -1}', says: 'nodeApi.port: -1 is not allowed; allowed: 1 or more' },
  { role: 'controller', text: 'stateDir: state', says: 'stateDir: "state" is not allowed; allowed: an absolute path' },
  {
    role: 'controller',
    text: 'sweepIntervalSeconds: 1',
    says: 'sweepIntervalSeconds: 1 is not allowed; allowed: 5 or more',
  },
  { role: 'controller', text: 'concurrency: 0', says: 'concurrency: 0 is not allowed; allowed: 1 or more' },
  {
    role: 'webhook',
    text: 'port: 9464',
    says: 'metrics.port: 9464 is not allowed; allowed: another port than that of port',
  },
  {
    role: 'webhook',
    text: 'address: all',
    says: 'address: "all" is not allowed; allowed: an IP address, "0.0.0.0" for all',
  },
  {
    role: 'webhook',
    text: 'serviceName: Web_Hook',
    says: 'serviceName: "Web_Hook" is not allowed; allowed: the name of a Service: lower-case letters, digits, "-" and "."',
  },
  {
    role: 'webhook',
    text: 'certificate: {validDays: 0}',
    says: 'certificate.validDays: 0 is not allowed; allowed: 1 or more',
  },
  { role: 'webhook', text: 'drainSeconds: 21', says: 'drainSeconds: 21 is not allowed; allowed: 20 or less' },
  {
    role: 'frontend',
    text: 'allowedHosts: [a.example, "b:1"]',
    says: 'allowedHosts[1]: "b:1" is not allowed; allowed: a host name: lower-case letters, digits, "-" and "."',
  },
  {
    role: 'frontend',
    text: 'allowedOrigins: ["*"]',
    says: 'allowedOrigins[0]: "*" is not allowed; allowed: an origin, as "https://console.example"',
  },
  {
    role: 'frontend',
    text: 'nodeTokenFile: token',
    says: 'nodeTokenFile: "token" is not allowed; allowed: an absolute path',
  },
])('$role refuses $text', ({ role, text, says }) => {
  expect(problemsOf(role, text)).toEqual([`file.yaml: ${says}`]);
});

test('every problem of a file is told at once', () => {
  const text = 'logLevel: loud\nmetrics: {port: 0, prot: 1}\nstateDir: here\nnodeApi: {port: 70000}\n';
  expect(problemsOf('controller', text).map((problem) => problem.split(':')[1]?.trim())).toEqual([
    'logLevel',
    'metrics.port',
    'metrics',
    'nodeApi.port',
    'stateDir',
  ]);
});

test('a file that is no YAML, or is several, is refused with its place', () => {
  expect(problemsOf('placement', 'a: [')[0]).toMatch(/^file\.yaml:\d+: /);
  expect(problemsOf('placement', '--- {}\n--- {}\n')).toEqual([
    'file.yaml: holds 2 documents; a settings file holds at most one',
  ]);
});

const POD = {
  POD_NAME: 'mcpsession-controller-x2x7k',
  POD_NAMESPACE: 'mcpsession-system',
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_SERVICE_PORT: '443',
  NODE_NAME: 'node-1',
  POD_IP: '10.244.1.7',
};

test('what differs from pod to pod comes by the environment', () => {
  expect(readRoleEnvironment('controller', POD)).toEqual({
    ok: true,
    value: {
      podName: 'mcpsession-controller-x2x7k',
      namespace: 'mcpsession-system',
      apiServer: { host: '10.96.0.1', port: 443 },
      nodeName: 'node-1',
      podIp: '10.244.1.7',
    },
  });
  const { NODE_NAME: _node, POD_IP: _ip, ...without } = POD;
  expect(readRoleEnvironment('webhook', without).ok).toBe(true);
});

test.each([
  {
    name: 'POD_NAME',
    value: 'A_POD',
    says: '"A_POD" is not allowed; allowed: the name of this pod; set it from the field metadata.name of the pod (downward API)',
  },
  {
    name: 'POD_NAMESPACE',
    value: 'a.b',
    says: '"a.b" is not allowed; allowed: the name of a namespace; set it from the field metadata.namespace of the pod (downward API)',
  },
  {
    name: 'NODE_NAME',
    value: '',
    says: '"" is not allowed; allowed: the name of a node, at most 200 characters; set it from the field spec.nodeName of the pod (downward API)',
  },
  {
    name: 'POD_IP',
    value: 'here',
    says: '"here" is not allowed; allowed: an IP address; set it from the field status.podIP of the pod (downward API)',
  },
  {
    name: 'KUBERNETES_SERVICE_HOST',
    value: 'a b',
    says: '"a b" is not allowed; allowed: the address of the API server; the kubelet sets it in every pod; run this as a pod, or see `mcpsession up`',
  },
  {
    name: 'KUBERNETES_SERVICE_PORT',
    value: '65536',
    says: '"65536" is not allowed; allowed: a port from 1 to 65535; the kubelet sets it in every pod; run this as a pod, or see `mcpsession up`',
  },
])('$name=$value is refused', ({ name, value, says }) => {
  expect(readRoleEnvironment('controller', { ...POD, [name]: value })).toEqual({
    ok: false,
    error: [`${name}: ${says}`],
  });
});

test('every missing variable is told at once', () => {
  const read = readRoleEnvironment('controller', {});
  expect(read.ok ? [] : read.error.map((problem) => problem.split(' is not')[0])).toEqual([
    'POD_NAME: nothing',
    'POD_NAMESPACE: nothing',
    'KUBERNETES_SERVICE_HOST: nothing',
    'KUBERNETES_SERVICE_PORT: nothing',
    'NODE_NAME: nothing',
    'POD_IP: nothing',
  ]);
});
