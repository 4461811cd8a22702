// What differs from pod to pod, by environment variables that the pod fills from its own fields (downward API), and the address of
// the API server, which the kubelet puts there.

import { parseIpAddress } from '../lib/ip-address.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { shownSetting } from './setting-issue.ts';
import type { RoleName } from './role-settings.ts';

export interface PodEnvironment {
  readonly podName: string;
  readonly namespace: string;
  /** Of the API server. */
  readonly apiServer: { readonly host: string; readonly port: number };
}

export interface NodePodEnvironment extends PodEnvironment {
  readonly nodeName: string;
  readonly podIp: string;
}

export type RoleEnvironment = {
  readonly [Role in RoleName]: Role extends 'controller' ? NodePodEnvironment : PodEnvironment;
};

type Variables = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  readonly isGood: (value: string) => boolean;
  readonly allowed: string;
  readonly fix: string;
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
const fromField = (field: string): string => `set it from the field ${field} of the pod (downward API)`;
const BY_KUBELET = 'the kubelet sets it in every pod; run this as a pod, or see `mcpsession up`';

const POD_NAME: Variable = {
  name: 'POD_NAME',
  isGood: (value) => SUBDOMAIN.test(value),
  allowed: 'the name of this pod',
  fix: fromField('metadata.name'),
};
const POD_NAMESPACE: Variable = {
  name: 'POD_NAMESPACE',
  isGood: (value) => LABEL.test(value),
  allowed: 'the name of a namespace',
  fix: fromField('metadata.namespace'),
};
const NODE_NAME: Variable = {
  name: 'NODE_NAME',
  isGood: (value) => SUBDOMAIN.test(value) && value.length <= 200,
  allowed: 'the name of a node, at most 200 characters',
  fix: fromField('spec.nodeName'),
};
const POD_IP: Variable = {
  name: 'POD_IP',
  isGood: (value) => parseIpAddress(value) !== null,
  allowed: 'an IP address',
  fix: fromField('status.podIP'),
};
const API_HOST: Variable = {
  name: 'KUBERNETES_SERVICE_HOST',
  isGood: (value) => parseIpAddress(value) !== null || SUBDOMAIN.test(value),
  allowed: 'the address of the API server',
  fix: BY_KUBELET,
};
const API_PORT: Variable = {
  name: 'KUBERNETES_SERVICE_PORT',
  isGood: (value) => /^[0-9]{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535,
  allowed: 'a port from 1 to 65535',
  fix: BY_KUBELET,
};

const OF_EVERY_ROLE = [POD_NAME, POD_NAMESPACE, API_HOST, API_PORT] as const;

/** Every problem as "NAME: value is not allowed; allowed: ...; what to do". */
export function readRoleEnvironment<Role extends RoleName>(
  role: Role,
  variables: Variables,
): Result<RoleEnvironment[Role], readonly string[]> {
  const wanted = role === 'controller' ? [...OF_EVERY_ROLE, NODE_NAME, POD_IP] : OF_EVERY_ROLE;
  const problems = wanted.flatMap(({ name, isGood, allowed, fix }) => {
    const value = variables[name];
    if (value !== undefined && isGood(value)) return [];
    return [`${name}: ${shownSetting(value)} is not allowed; allowed: ${allowed}; ${fix}`];
  });
  if (problems.length > 0) return err(problems);
  const valueOf = ({ name }: Variable): string => variables[name] ?? ''; // just looked at
  const environment = {
    podName: valueOf(POD_NAME),
    namespace: valueOf(POD_NAMESPACE),
    apiServer: { host: valueOf(API_HOST), port: Number(valueOf(API_PORT)) },
    ...(role === 'controller' ? { nodeName: valueOf(NODE_NAME), podIp: valueOf(POD_IP) } : {}),
  };
  return ok(environment as RoleEnvironment[Role]); // the two more exactly for the controller
}
