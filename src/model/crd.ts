// The CustomResourceDefinitions, built from the zod schemas: one source for the API server, `check` and the programs.
// hack/generate.ts writes them to crds/.

import { type CustomResourceDefinition, customResourceDefinition, type PrinterColumn } from './crd/custom-resource.ts';
import { structuralSchema } from './crd/structural-schema.ts';
import { GROUP, NODE_KIND, NODE_PLURAL, SESSION_KIND, SESSION_PLURAL } from './names.ts';
import { nodeSpecSchema, nodeStatusSchema } from './node.ts';
import { sessionStatusSchema } from './session.ts';
import { sessionSpecSchema } from './session-spec.ts';

const conditionColumn = (condition: string): Pick<PrinterColumn, 'type' | 'jsonPath'> => ({
  type: 'string',
  jsonPath: `.status.conditions[?(@.type=="${condition}")].status`,
});
const age: PrinterColumn = {
  name: 'Age',
  type: 'date',
  jsonPath: '.metadata.creationTimestamp',
  description: 'Time since creation.',
};

const sessionColumns: readonly PrinterColumn[] = [
  { name: 'Ready', ...conditionColumn('Ready'), description: 'Whether commands can run in the session.' },
  {
    name: 'Status',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Ready")].reason',
    description: 'State of the session in one word.',
  },
  { name: 'Image', type: 'string', jsonPath: '.spec.image', description: 'Image of the session.' },
  { name: 'Node', type: 'string', jsonPath: '.status.assignment.nodeName', description: 'Node of the session.' },
  // A string: a date column shows times of the future as "<invalid>".
  { name: 'Expires', type: 'string', jsonPath: '.status.grantedExpiry', description: 'When the session ends.' },
  age,
  {
    name: 'Profile',
    type: 'string',
    jsonPath: '.status.policy.profile',
    description: 'Policy profile that judged the session.',
    priority: 1,
  },
  {
    name: 'Network',
    type: 'string',
    jsonPath: '.spec.network.mode',
    description: 'Network of the session.',
    priority: 1,
  },
  {
    name: 'Owner',
    type: 'string',
    jsonPath: `.metadata.annotations.${GROUP.replaceAll('.', String.raw`\.`)}/owner`,
    description: 'Subject that owns the session.',
    priority: 1,
  },
  {
    name: 'Container',
    type: 'string',
    jsonPath: '.status.container.shortId',
    description: 'Start of the id of the container.',
    priority: 1,
  },
];

const nodeColumns: readonly PrinterColumn[] = [
  { name: 'Ready', ...conditionColumn('DockerReady'), description: 'Whether the engine answers.' },
  { name: 'Engine', type: 'string', jsonPath: '.status.engine.version', description: 'Version of the Docker Engine.' },
  { name: 'Slots', type: 'integer', jsonPath: '.status.capacity.slots', description: 'Most sessions at a time.' },
  {
    name: 'Unschedulable',
    type: 'boolean',
    jsonPath: '.spec.unschedulable',
    description: 'Whether the node takes no new sessions.',
  },
  age,
];

export const sessionCrd = (): CustomResourceDefinition =>
  customResourceDefinition({
    kind: SESSION_KIND,
    listKind: `${SESSION_KIND}List`,
    plural: SESSION_PLURAL,
    singular: 'mcpsession',
    shortName: 'mcps',
    scope: 'Namespaced',
    description: 'A session: one locked-down container on the Docker Engine of a node, for commands of an AI agent.',
    spec: structuralSchema(sessionSpecSchema, 'spec'),
    specRequired: true,
    status: structuralSchema(sessionStatusSchema, 'status'),
    columns: sessionColumns,
    selectableFields: ['.status.assignment.nodeName'],
  });

export const nodeCrd = (): CustomResourceDefinition =>
  customResourceDefinition({
    kind: NODE_KIND,
    listKind: `${NODE_KIND}List`,
    plural: NODE_PLURAL,
    singular: 'mcpnode',
    shortName: 'mcpn',
    scope: 'Cluster',
    description: 'A node whose controller runs sessions: its engine, what it can take, and how it is reached.',
    spec: { ...structuralSchema(nodeSpecSchema, 'spec'), default: {} },
    specRequired: false,
    status: structuralSchema(nodeStatusSchema, 'status'),
    columns: nodeColumns,
    selectableFields: [],
  });
