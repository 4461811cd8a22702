// Reads and writes of McpNode objects. A controller publishes only its own.

import { isFault, OperatorError } from '../lib/errors.ts';
import { sameJson } from '../lib/same-json.ts';
import { API_VERSION, NODE_KIND } from '../model/names.ts';
import type { McpNode, NodeStatus } from '../model/node.ts';
import type { NodeStore } from '../ports/nodes.ts';
import { ageQuery, NODES, objectPath } from './api-paths.ts';
import { APPLY_CONTENT_TYPE, FIELD_MANAGER } from './apply.ts';
import type { KubeClient } from './kube-client.ts';
import { listObjects } from './list-objects.ts';
import { parseNode } from './parse-node.ts';

/** People edit labels and spec of the same object: their writes move the resourceVersion under our status. */
const ATTEMPTS = 5;

export function createNodeStore(client: KubeClient): NodeStore {
  const pathOf = (name: string, subresource: '' | 'status' = ''): string =>
    objectPath(NODES, { namespace: null, name }, subresource);

  const read: NodeStore['read'] = async (name, signal, age) => {
    try {
      const { body } = await client.request({ method: 'GET', path: pathOf(name), query: ageQuery(age) }, signal);
      return parsed(body);
    } catch (thrown) {
      if (isFault(thrown, 'not-found')) return null;
      throw thrown;
    }
  };

  // Apply, not create: within 2 s of the CRD's creation the server holds a POST for 2 s (control-plane.md 3).
  const applyLabels = async (
    node: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
    signal: AbortSignal,
  ): Promise<McpNode> => {
    const { body } = await client.request(
      {
        method: 'PATCH',
        path: pathOf(node.name),
        query: { fieldManager: FIELD_MANAGER, force: 'true' },
        contentType: APPLY_CONTENT_TYPE,
        body: { apiVersion: API_VERSION, kind: NODE_KIND, metadata: { name: node.name, labels: node.labels } },
      },
      signal,
    );
    return parsed(body);
  };

  const putStatus = async (node: McpNode, status: NodeStatus, signal: AbortSignal): Promise<McpNode> => {
    const metadata = { name: node.name, uid: node.uid, resourceVersion: node.resourceVersion };
    const { body } = await client.request(
      {
        method: 'PUT',
        path: pathOf(node.name, 'status'),
        body: { apiVersion: API_VERSION, kind: NODE_KIND, metadata, status },
      },
      signal,
    );
    return parsed(body);
  };

  return {
    read,
    async list(signal) {
      const nodes: McpNode[] = [];
      const visit = (raw: unknown): void => {
        const node = parseNode(raw);
        if (node !== null) nodes.push(node);
      };
      await listObjects(client, { resource: NODES, namespace: null }, visit, signal);
      return nodes;
    },
    async publish(wanted, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const found = await read(wanted.name, signal);
        const node = found !== null && hasLabels(found, wanted.labels) ? found : await applyLabels(wanted, signal);
        if (sameJson(node.status, wanted.status)) return node;
        try {
          return await putStatus(node, wanted.status, signal);
        } catch (thrown) {
          if (!isFault(thrown, 'conflict') || attempt === ATTEMPTS) throw thrown;
        }
      }
    },
  };
}

const hasLabels = (node: McpNode, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(labels).every(([key, value]) => node.labels[key] === value);

function parsed(body: unknown): McpNode {
  const node = parseNode(body);
  if (node === null)
    throw new OperatorError('unavailable', `the API server answered with something that is no ${NODE_KIND}`);
  return node;
}
