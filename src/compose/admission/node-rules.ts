// What a controller may write about nodes: what concerns its own, and nothing about another. The front end pins the address and
// the authority in McpNode.status, and placement believes the lease.

import { NODE_LEASE_PREFIX } from '../../model/names.ts';
import type { FloorValidation } from './floor.ts';
import { celText } from './identities.ts';

/** `object` is null when something is deleted. */
const NAME = '(object == null ? oldObject : object).metadata.name';

export const nodeStatusRules: readonly FloorValidation[] = [
  {
    expression: `variables.node != '' && variables.node == object.metadata.name`,
    message: 'the status of an McpNode is written by the controller of that node only',
    reason: 'Forbidden',
  },
];

export const nodeRules: readonly FloorValidation[] = [
  {
    expression: `variables.node != '' && variables.node == ${NAME}`,
    message: 'a controller writes the McpNode of its own node only',
    reason: 'Forbidden',
  },
  {
    expression:
      "request.operation == 'DELETE' || object.?spec == (oldObject == null ? optional.of({'unschedulable': false}) : oldObject.?spec)",
    message: 'whether a node takes sessions or is drained is decided by people, not by its controller',
    reason: 'Forbidden',
  },
];

export const leaseRules: readonly FloorValidation[] = [
  {
    expression: `variables.node != '' && ${NAME} == ${celText(NODE_LEASE_PREFIX)} + variables.node`,
    message: 'a controller writes the lease of its own node only',
    reason: 'Forbidden',
  },
];
