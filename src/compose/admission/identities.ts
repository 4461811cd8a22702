// Who is who in the expressions of the admission floor: our programs by their ServiceAccounts, and a controller's node by its
// token.

import { SERVICE_ACCOUNTS, SYSTEM_NAMESPACE, serviceAccountUsername } from '../../model/names.ts';
import type { CelCondition } from './floor.ts';

export interface FloorIdentities {
  /**
   * Node of the controller whose token is bound to no node, as that of `up`; null where every controller runs in a pod, whose
   * token names its node. A claim of the token always counts more than this.
   */
  readonly unboundNode: string | null;
}

/** Put there by the API server for tokens that are bound to a node or to a pod of one (Kubernetes 1.32). */
const NODE_CLAIM = 'authentication.kubernetes.io/node-name';

/** A string of CEL. What we put into expressions are names; JSON's escapes are a part of CEL's. */
export const celText = (text: string): string => JSON.stringify(text);

const isUser = (role: keyof typeof SERVICE_ACCOUNTS): string =>
  `request.userInfo.username == ${celText(serviceAccountUsername(SYSTEM_NAMESPACE, SERVICE_ACCOUNTS[role]))}`;

/** For matchConditions, which know no variables. */
export const BY_A_CONTROLLER: CelCondition = { name: 'by-a-controller', expression: isUser('controller') };
export const BY_PLACEMENT: CelCondition = { name: 'by-placement', expression: isUser('placement') };

/** `node` is the name of the node that the requester is the controller of; "" for everybody else. */
export function identityVariables({ unboundNode }: FloorIdentities): readonly CelCondition[] {
  const claim = `request.userInfo.?extra[?${celText(NODE_CLAIM)}][?0].orValue('')`;
  return [
    { name: 'isPlacement', expression: isUser('placement') },
    { name: 'isFrontend', expression: isUser('frontend') },
    { name: 'claim', expression: claim },
    {
      name: 'node',
      expression: `!(${isUser('controller')}) ? '' : variables.claim != '' ? variables.claim : ${celText(unboundNode ?? '')}`,
    },
  ];
}
