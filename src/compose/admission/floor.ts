// The floor of admission: ValidatingAdmissionPolicies, which the API server itself decides, so that they hold while the webhook
// is down or its configuration is gone. `up` applies them; the chart renders the same. Only what no policy setting can allow is
// here: who may write what. Whether a spec is safe depends on the live policy and profile; without the webhook no session is
// created, and the controller judges every spec again before it makes a container.

import { GROUP, NODE_PLURAL, SESSION_PLURAL, SYSTEM_NAMESPACE } from '../../model/names.ts';
import type { KubernetesObject } from '../cluster-objects.ts';
import { BY_A_CONTROLLER, BY_PLACEMENT, type FloorIdentities, identityVariables } from './identities.ts';
import { leaseRules, nodeRules, nodeStatusRules } from './node-rules.ts';
import { controllerRules, metadataRules, metadataVariables, placementRules, statusRules } from './session-rules.ts';

/** A ValidatingAdmissionPolicy in our words. */
interface FloorPolicy {
  readonly name: string;
  readonly resource: string;
  readonly group: string;
  readonly operations: readonly ('CREATE' | 'UPDATE' | 'DELETE')[];
  /** Left out: every request that matches. */
  readonly onlyFor?: readonly CelCondition[];
  /** Left out: every namespace. */
  readonly namespace?: string;
  readonly variables?: readonly CelCondition[];
  readonly validations: readonly FloorValidation[];
}

export interface CelCondition {
  readonly name: string;
  readonly expression: string;
}

export interface FloorValidation {
  readonly expression: string;
  /** One line, with the id of the rule where there is one. */
  readonly message: string;
  readonly messageExpression?: string;
  /** Forbidden is a 403, Invalid a 422. */
  readonly reason: 'Forbidden' | 'Invalid';
}

const ADMISSION = 'admissionregistration.k8s.io/v1';
const labels = { 'app.kubernetes.io/name': 'mcp-session-operator', 'app.kubernetes.io/managed-by': 'mcpsession' };

/** Policies and their bindings; applying them again changes nothing. Active about 0.1 s after the write. */
export function admissionFloor(identities: FloorIdentities): readonly KubernetesObject[] {
  return POLICIES.flatMap((policy) => [policyObject(policy, identities), bindingObject(policy)]);
}

const POLICIES: readonly FloorPolicy[] = [
  {
    name: 'mcpsession-session-metadata',
    group: GROUP,
    resource: SESSION_PLURAL,
    operations: ['CREATE', 'UPDATE'],
    variables: metadataVariables,
    validations: metadataRules,
  },
  {
    name: 'mcpsession-session-status',
    group: GROUP,
    resource: `${SESSION_PLURAL}/status`,
    operations: ['UPDATE'],
    validations: statusRules,
  },
  {
    name: 'mcpsession-session-controller',
    group: GROUP,
    resource: SESSION_PLURAL,
    operations: ['UPDATE', 'DELETE'],
    onlyFor: [BY_A_CONTROLLER],
    validations: controllerRules,
  },
  {
    name: 'mcpsession-session-placement',
    group: GROUP,
    resource: SESSION_PLURAL,
    operations: ['UPDATE'],
    onlyFor: [BY_PLACEMENT],
    validations: placementRules,
  },
  {
    name: 'mcpsession-node-status',
    group: GROUP,
    resource: `${NODE_PLURAL}/status`,
    operations: ['UPDATE'],
    validations: nodeStatusRules,
  },
  {
    name: 'mcpsession-node-controller',
    group: GROUP,
    resource: NODE_PLURAL,
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    onlyFor: [BY_A_CONTROLLER],
    validations: nodeRules,
  },
  {
    name: 'mcpsession-node-lease',
    group: 'coordination.k8s.io',
    resource: 'leases',
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    namespace: SYSTEM_NAMESPACE,
    onlyFor: [BY_A_CONTROLLER],
    validations: leaseRules,
  },
];

function policyObject(policy: FloorPolicy, identities: FloorIdentities): KubernetesObject {
  const { name, group, resource, operations, namespace, onlyFor, variables = [], validations } = policy;
  return {
    apiVersion: ADMISSION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [{ apiGroups: [group], apiVersions: ['*'], resources: [resource], operations }],
        ...(namespace === undefined
          ? {}
          : { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }),
      },
      ...(onlyFor === undefined ? {} : { matchConditions: onlyFor }),
      variables: [...identityVariables(identities), ...variables],
      validations,
    },
  };
}

const bindingObject = ({ name }: FloorPolicy): KubernetesObject => ({
  apiVersion: ADMISSION,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name, labels },
  spec: { policyName: name, validationActions: ['Deny'] },
});
