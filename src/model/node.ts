// An McpNode: one per controller, cluster scoped. What the node's engine is, how much it takes, how its node API is reached.

import { z } from 'zod';
import { conditionSchema } from './session.ts';

const described = <T extends z.ZodType>(schema: T, description: string): T => schema.meta({ description }) as T; // same type

/** Images that a node tells of. */
export const MOST_IMAGES = 64;

export const nodeSpecSchema = z
  .strictObject({
    unschedulable: described(z.boolean().default(false), 'Take no new sessions. Default false.'),
    drain: described(
      z
        .strictObject({
          noticeSeconds: described(
            z.int().min(0).max(86_400).default(300),
            'Seconds from the beginning of the drain until sessions are ended or moved. Default 300.',
          ),
        })
        .optional(),
      'Empty the node: no new sessions, and after the notice none at all. Taking it away ends the drain at any time. Example: {noticeSeconds: 600}.',
    ),
  })
  .meta({ description: 'What people want of the node.' });

export const nodeStatusSchema = z
  .strictObject({
    observedGeneration: described(z.int().min(0).optional(), 'metadata.generation that this status describes.'),
    conditions: described(
      z
        .array(conditionSchema)
        .max(16)
        .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] })
        .optional(),
      'DockerReady, Draining.',
    ),
    capacity: described(
      z
        .strictObject({
          slots: described(z.int().min(0), 'Most sessions at a time.'),
          cpu: described(z.string().max(32), 'Cores of the node.'),
          memory: described(z.string().max(32), 'Memory of the node in bytes.'),
        })
        .optional(),
      'What the node can take.',
    ),
    images: described(
      z.array(z.string().max(512)).max(MOST_IMAGES).optional(),
      'Images of sessions that are on the node, as the sessions name them; not all of them. Placement prefers a node that has the image.',
    ),
    engine: described(
      z
        .strictObject({
          version: described(z.string().max(64), 'Version of the Docker Engine.'),
          apiVersion: described(z.string().max(16), 'Engine API version in use.'),
          cgroupVersion: described(z.string().max(8), 'Control group version, "1" or "2".'),
          storageDriver: described(z.string().max(64), 'Storage driver.'),
          runtimes: described(z.array(z.string().max(64)).max(32), 'OCI runtimes that the engine offers.'),
          appArmor: described(z.boolean(), 'Whether AppArmor is active.'),
          seccomp: described(z.boolean(), 'Whether seccomp is active.'),
          userNamespaces: described(z.boolean(), 'Whether the engine remaps users.'),
          rootless: described(z.boolean(), 'Whether the engine runs without root.'),
          diskQuota: described(z.boolean().optional(), 'Whether the engine bounds its own volumes by a disk quota.'),
          volumeDrivers: described(
            z.array(z.string().max(128)).max(32).optional(),
            'Volume drivers that the engine lists; many plugins only once they were used.',
          ),
        })
        .optional(),
      'Security posture of the engine.',
    ),
    nodeApi: described(
      z
        .strictObject({
          url: described(z.string().max(512), 'HTTPS address of the node API.'),
          caPem: described(z.string().max(16_384), 'CA certificate that the front end pins.'),
        })
        .optional(),
      'How the front end reaches the controller.',
    ),
  })
  .meta({ description: 'What the controller of the node has seen.' });

export type NodeStatus = z.output<typeof nodeStatusSchema>;
export type NodeSpec = z.output<typeof nodeSpecSchema>;

export interface McpNode {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: NodeSpec;
  readonly status: NodeStatus;
}
