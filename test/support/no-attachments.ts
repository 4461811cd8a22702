// The part of a container engine that is about networks and workspaces, for fakes whose sessions have none.

import type { ContainerEngine } from '../../src/ports/container-engine.ts';

type Attaching =
  | 'attachmentsOf'
  | 'listAttachments'
  | 'createNetwork'
  | 'removeNetwork'
  | 'prepareWorkspace'
  | 'removeWorkspace';

const never = (): Promise<never> => Promise.reject(new Error('these sessions are attached to nothing'));

export const noAttachments: Pick<ContainerEngine, Attaching> = {
  attachmentsOf: async () => ({ networks: [], workspaces: [] }),
  listAttachments: async () => [],
  createNetwork: never,
  removeNetwork: never,
  prepareWorkspace: never,
  removeWorkspace: never,
};
