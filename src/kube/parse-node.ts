// A stored McpNode -> what the programs see. Pure; never throws.

import { compileFits } from '../model/fits.ts';
import { type McpNode, nodeSpecSchema, type NodeSpec, nodeStatusSchema, type NodeStatus } from '../model/node.ts';
import { parseLenient } from './parse-session.ts';
import { metadataOf, recordOf, textsOf } from './raw-object.ts';

/** null only for something that is not a stored object. A spec that cannot be read counts as unschedulable. */
export function parseNode(raw: unknown): McpNode | null {
  const identity = metadataOf(raw);
  if (identity === null) return null;
  const object = recordOf(raw);
  const metadata = recordOf(object['metadata']);
  const generation = metadata['generation'];
  return {
    name: identity.name,
    uid: identity.uid,
    resourceVersion: identity.resourceVersion,
    generation: typeof generation === 'number' ? generation : 0,
    labels: textsOf(metadata['labels']),
    spec: parseNodeSpec(object['spec'] ?? {}),
    status: parseNodeStatus(object['status'] ?? {}),
  };
}

const fitsStatus = compileFits(nodeStatusSchema);

const fitsSpec = compileFits(nodeSpecSchema);

function parseNodeSpec(raw: unknown): NodeSpec {
  if (fitsSpec(raw)) return raw as NodeSpec; // as above
  return parseLenient(nodeSpecSchema, raw) ?? { unschedulable: true };
}

function parseNodeStatus(raw: unknown): NodeStatus {
  if (fitsStatus(raw)) return raw as NodeStatus; // what zod would return, by fits.ts
  return parseLenient(nodeStatusSchema, raw) ?? {};
}
