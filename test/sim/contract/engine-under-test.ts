// What the contract suites of a container engine need beside the engine: names and specs of their own, and the hands of others on it.

import { randomUUID } from 'node:crypto';

import type { AttachmentIdentity, NetworkSpec, WorkspaceSpec } from '../../../src/model/attachments.ts';
import { type ContainerSpec, type ObservedContainer, workspaceMount } from '../../../src/model/container.ts';
import { containerNameOf } from '../../../src/model/names.ts';
import type { ContainerEngine } from '../../../src/ports/container-engine.ts';
import { type LockedDownSpec, lockDown } from '../../../src/rules/lock-down.ts';
import { aContainer } from '../../support/container-builder.ts';
import { aPolicy } from '../../support/judgement.ts';

/** How a main process ended by itself. */
export interface End {
  readonly exitCode: number;
  readonly oomKilled: boolean;
}

/** What people and other programs do on the same engine, past the port. */
export interface EngineHands {
  /** A container without our labels that runs; resolves with its id. */
  makeForeignContainer(name: string): Promise<string>;
  /** A container of the same cluster whose labels name another node, created only. */
  makeContainerOfOtherNode(): Promise<string>;
  makeForeignVolume(name: string): Promise<void>;
  /** A workspace with the labels of another node of the cluster. */
  makeWorkspaceOfOtherNode(spec: WorkspaceSpec): Promise<void>;
  makeForeignNetwork(name: string): Promise<string>;
  /** A network with the labels of another node of the cluster. */
  makeNetworkOfOtherNode(spec: NetworkSpec): Promise<string>;
  /** Resolves when the main process "sleep" is there: a signal that comes earlier can be lost. */
  awaitMain(containerId: string): Promise<void>;
  /** Resolves when the main process of this container has ended as its command says. */
  awaitEnd(containerId: string, end: End): Promise<void>;
  pause(containerId: string): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  /** Volumes that the engine made for this container because its image declares them. */
  anonymousVolumesOf(containerId: string): Promise<readonly string[]>;
  /** Of the suite's own volumes alone. */
  volumeExists(name: string): Promise<boolean>;
}

export interface EngineUnderTest {
  readonly engine: ContainerEngine;
  readonly cluster: string;
  readonly nodeName: string;
  /** On the engine from the start, without volumes. */
  readonly image: { readonly reference: string; readonly id: string };
  /** Declares VOLUME /data; "differs" is to be told before a container of it is made, since none should be. */
  readonly volumeImage: { readonly id: string; readonly differs: (uid: string) => void };
  readonly hands: EngineHands;
}

export interface Subject {
  readonly spec: LockedDownSpec;
  readonly uid: string;
  readonly name: string;
}

export interface SubjectOptions {
  /** A session of its own where left out. */
  readonly uid?: string;
  readonly instanceGeneration?: number;
  readonly change?: Partial<ContainerSpec>;
}

/** The container that a session would have. */
export function aSubject(given: EngineUnderTest, options: SubjectOptions = {}): Subject {
  const { uid = randomUUID(), instanceGeneration = 1, change = {} } = options;
  const name = containerNameOf({ uid, instanceGeneration });
  const spec = aContainer({
    containerName: name,
    identity: { ...aContainer().identity, ...identityIn(given, uid), instanceGeneration, attempt: 2 },
    imageId: given.image.id,
    ...change,
  });
  return { spec: locked(spec), uid, name };
}

/** On a network or a workspace of its own. */
export const onNetwork = ({ name, identity }: NetworkSpec): SubjectOptions => ({
  uid: identity.uid,
  change: { networkMode: name, dns: ['127.0.0.1'] },
});
export const onVolume = ({ name, identity }: WorkspaceSpec) => ({
  uid: identity.uid,
  change: {
    mounts: [workspaceMount(name)],
    tmpfs: aContainer().tmpfs.filter(({ path }) => path !== '/workspace'),
  },
});

export const identityIn = ({ cluster, nodeName }: EngineUnderTest, uid: string): AttachmentIdentity => ({
  cluster,
  node: nodeName,
  uid,
  namespace: 'team-a',
  name: 'contract',
  instanceGeneration: 1,
});

export const aNetwork = (given: EngineUnderTest, uid: string = randomUUID()): NetworkSpec => ({
  name: `mcps-${uid}`,
  identity: identityIn(given, uid),
});

export const aWorkspace = (given: EngineUnderTest, uid: string = randomUUID()): WorkspaceSpec => ({
  ...aNetwork(given, uid),
  driver: 'local',
  sizeBytes: null,
  persistent: false,
  uid: 1001,
  gid: 1001,
});

/** Created and started; one that sleeps is ready for its signals. */
export async function started(given: EngineUnderTest, options: SubjectOptions = {}): Promise<Subject & { id: string }> {
  const subject = aSubject(given, options);
  const { id } = await given.engine.create(subject.spec, new AbortController().signal);
  await given.engine.start(id, new AbortController().signal);
  if (subject.spec.entrypoint[0] === 'sleep') await given.hands.awaitMain(id);
  return { ...subject, id };
}

/** Throws for a container that is not there or not ours. */
export async function seen({ engine }: EngineUnderTest, idOrName: string): Promise<ObservedContainer> {
  const found = await engine.inspect(idOrName, new AbortController().signal);
  if (found?.ours !== true) throw new Error(`${idOrName} is not there or not ours`);
  return found.container;
}

function locked(spec: ContainerSpec): LockedDownSpec {
  const result = lockDown(spec, aPolicy({ workspace: { unboundedDisk: true } }));
  if (!result.ok) throw new Error(result.error.map(({ path, message }) => `${path}: ${message}`).join('; '));
  return result.value;
}
