// Who may write what of an McpSession. `object` is what would be stored, `oldObject` what is stored.

import { FINALIZER, GROUP, OWNER_ANNOTATION, RULE_LINK, SESSION_PLURAL } from '../../model/names.ts';
import type { CelCondition, FloorValidation } from './floor.ts';
import { celText } from './identities.ts';

const OWN_KEYS = celText(`${GROUP}/`);
const OWNER = celText(OWNER_ANNOTATION);

/** Whether a key is of the operator's domain, or of one below it that is not for users: as MCPS-602 has it, in any case of letters. */
const IS_RESERVED = ((key: string): string =>
  `(${key}.startsWith(${OWN_KEYS}) || (${key}.contains(${celText(`.${GROUP}/`)}) && !${key}.startsWith(${celText(`user.${GROUP}/`)})))`)(
  "(key.lowerAscii() + '/')",
);

/** Reserved keys that are new or have another value; what is stored already is nobody's fault now. */
const reservedKeys = (map: 'labels' | 'annotations', except: string): string =>
  `variables.${map}.filter(key, ${IS_RESERVED}${except} && !(key in variables.old_${map} && variables.${map}[key] == variables.old_${map}[key]))`;

export const metadataVariables: readonly CelCondition[] = [
  { name: 'old', expression: 'oldObject == null ? dyn({}) : dyn(oldObject.metadata)' },
  ...(['labels', 'annotations'] as const).flatMap((map) => [
    { name: map, expression: `object.metadata.?${map}.orValue({})` },
    { name: `old_${map}`, expression: `variables.old.?${map}.orValue({})` },
  ]),
  {
    name: 'reserved',
    // Equal maps are the usual case, and cheap however large they are: what is stored can always be deleted.
    expression: [
      `(variables.labels == variables.old_labels ? [] : ${reservedKeys('labels', '')})`,
      `(variables.annotations == variables.old_annotations ? [] : ${reservedKeys('annotations', ` && key != ${OWNER}`)})`,
    ].join(' + '),
  },
  { name: 'owner', expression: `variables.annotations[?${OWNER}]` },
  { name: 'oldOwner', expression: `variables.old_annotations[?${OWNER}]` },
  ...finalizerVariables(),
];

function finalizerVariables(): readonly CelCondition[] {
  const ours = (metadata: string): string =>
    `${metadata}.?finalizers.orValue([]).filter(finalizer, finalizer.startsWith(${OWN_KEYS}))`;
  return [
    { name: 'finalizers', expression: ours('object.metadata') },
    { name: 'oldFinalizers', expression: ours('variables.old') },
  ];
}

/** People with this right may put things right by hand: cluster admins have it, users of sessions do not. */
const MAY_WRITE_FINALIZERS = `authorizer.group(${celText(GROUP)}).resource(${celText(SESSION_PLURAL)}).subresource('finalizers').namespace(request.namespace).name(request.name).check('update').allowed()`;

export const metadataRules: readonly FloorValidation[] = [
  {
    expression: `variables.node != '' || variables.reserved.size() == 0`,
    message: `[MCPS-602] metadata: keys below ${GROUP}/ are set by the operator only; fix: delete them, or use keys below user.${GROUP}/ (${RULE_LINK}/602)`,
    messageExpression: `'[MCPS-602] metadata: ' + variables.reserved.join(', ') + ${celText(`: keys below ${GROUP}/ are set by the operator only; fix: delete it, or use a key below user.${GROUP}/ (${RULE_LINK}/602)`)}`,
    reason: 'Invalid',
  },
  {
    expression: `oldObject != null || !variables.owner.hasValue() || variables.owner.value() == request.userInfo.username || (variables.isFrontend && variables.owner.value() != '')`,
    message: `[MCPS-601] metadata.annotations[${OWNER_ANNOTATION}]: is not the requester; fix: delete the annotation, or name yourself (${RULE_LINK}/601)`,
    reason: 'Invalid',
  },
  {
    expression: `oldObject == null || variables.owner == variables.oldOwner`,
    message: `[MCPS-601] metadata.annotations[${OWNER_ANNOTATION}]: the owner of a session cannot be changed, added or removed; fix: leave the annotation as it was (${RULE_LINK}/601)`,
    reason: 'Invalid',
  },
  {
    expression: `variables.finalizers == variables.oldFinalizers || variables.node != '' || ${MAY_WRITE_FINALIZERS}`,
    message: `the finalizer ${FINALIZER} is set and removed by the controller of the session; fix: delete the session and wait, or, where its node is gone for ever, ask somebody with the right to update ${SESSION_PLURAL}/finalizers`,
    reason: 'Forbidden',
  },
];

const ASSIGNED_NODE = "oldObject.?status.?assignment.?nodeName.orValue('')";
const unchanged = (field: string): string => `object.?status.?${field} == oldObject.?status.?${field}`;
const unchangedOrGone = (field: string): string => `(!object.?status.?${field}.hasValue() || ${unchanged(field)})`;

/** What only the node of the session knows. Placement may take it away with an assignment, and never write it. */
const KNOWN_TO_THE_NODE = [
  'container',
  'isolation',
  'policy',
  'grantedExpiry',
  'lastActivityTime',
  'finishedAt',
  'vacatedGeneration',
  'restartCount',
  'exitCode',
] as const;
/** That a session runs as approved is said by its node too. */
const SAYS_THAT_IT_RUNS = `object.?status.?conditions.orValue([]).exists(condition, condition.type in ['Ready', 'IsolationVerified'] && condition.status == 'True')`;

export const statusRules: readonly FloorValidation[] = [
  {
    expression: `variables.isPlacement || (variables.node != '' && variables.node == ${ASSIGNED_NODE})`,
    message: 'the status of a session is written by placement and by the controller of its node only',
    reason: 'Forbidden',
  },
  {
    expression: `variables.isPlacement || ${unchanged('assignment')}`,
    message: 'status.assignment is written by placement only',
    reason: 'Forbidden',
  },
  {
    expression: `!variables.isPlacement || (${KNOWN_TO_THE_NODE.map(unchangedOrGone).join(' && ')})`,
    message: `placement writes the assignment and why a session waits; ${KNOWN_TO_THE_NODE.join(', ')} of its status are written by the controller of its node only`,
    reason: 'Forbidden',
  },
  {
    expression: `!variables.isPlacement || !${SAYS_THAT_IT_RUNS}`,
    message: 'that a session is Ready or its isolation verified is written by the controller of its node only',
    reason: 'Forbidden',
  },
];

/** What a controller may do with sessions apart from their status: those of its node only, and never their spec. */
export const controllerRules: readonly FloorValidation[] = [
  {
    expression: `variables.node != '' && variables.node == ${ASSIGNED_NODE}`,
    message: 'a controller writes and deletes the sessions of its own node only',
    reason: 'Forbidden',
  },
  {
    expression: `request.operation == 'DELETE' || object.spec == oldObject.spec`,
    message: 'a controller never changes the spec of a session',
    reason: 'Forbidden',
  },
];

const same = (field: string): string => `object.?${field} == oldObject.?${field}`;
const finalizersOf = (object: string): string => `${object}.metadata.?finalizers.orValue([])`;

/** What placement may do with sessions apart from their status: free a deleted one, whose node is gone for good, of our finalizer. */
export const placementRules: readonly FloorValidation[] = [
  {
    expression: [
      'has(oldObject.metadata.deletionTimestamp)',
      ...['spec', 'metadata.?labels', 'metadata.?annotations', 'metadata.?ownerReferences'].map(same),
      `${finalizersOf('object')} == ${finalizersOf('oldObject')}.filter(finalizer, finalizer != ${celText(FINALIZER)})`,
    ].join(' && '),
    message: `placement changes nothing of a session but its status; from one that is deleted it takes the finalizer ${FINALIZER} away`,
    reason: 'Forbidden',
  },
];
