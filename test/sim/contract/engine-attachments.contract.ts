// What the programs rely on of networks and workspaces. Runs on the simulated engine and on the real one.

import { expect, test } from 'vitest';

import {
  aNetwork,
  aSubject,
  aWorkspace,
  type EngineUnderTest,
  onNetwork,
  onVolume,
  started as startedIn,
  type SubjectOptions,
} from './engine-under-test.ts';

const { signal } = new AbortController();
const MISSING_ID = 'ab'.repeat(32);

export function engineAttachmentsContract(given: () => EngineUnderTest): void {
  const created = async (options: SubjectOptions): Promise<string> =>
    (await given().engine.create(aSubject(given(), options).spec, signal)).id;
  const started = async (options: SubjectOptions) => (await startedIn(given(), options)).id;
  const of = (uid: string) => given().engine.attachmentsOf(uid, signal);
  const listedOf = async (uid: string) =>
    (await given().engine.listAttachments(signal)).filter(({ identity }) => identity.uid === uid);

  test('a network and a workspace are found by whose they are, one by one and in the list', async () => {
    const { engine } = given();
    const workspace = { ...aWorkspace(given()), persistent: true };
    const { identity } = workspace;
    const { id } = await engine.createNetwork(aNetwork(given(), identity.uid), signal);
    const made = await engine.prepareWorkspace(workspace, signal);
    const { name, persistent, driver, sizeBytes } = workspace;
    expect(made).toEqual({ name, identity, persistent, driver, sizeBytes, differences: [] });
    const network = { id, name, identity, differences: [], endpoints: [] };
    expect(await of(identity.uid)).toEqual({ networks: [network], workspaces: [made] });
    expect(await listedOf(identity.uid)).toEqual([
      { kind: 'network', id, identity, persistent: false },
      { kind: 'workspace', id: name, identity, persistent: true },
    ]);
    expect(await of(aNetwork(given()).identity.uid)).toEqual({ networks: [], workspaces: [] });
  });

  test('the name of a network is taken once, whoever has it', async () => {
    const { engine, hands } = given();
    const [network, other] = [aNetwork(given()), aNetwork(given())];
    const { id } = await engine.createNetwork(network, signal);
    await expect(engine.createNetwork(network, signal)).rejects.toMatchObject({ kind: 'already-exists' });
    expect((await of(network.identity.uid)).networks).toMatchObject([{ id }]);
    await hands.makeForeignNetwork(other.name);
    await expect(engine.createNetwork(other, signal)).rejects.toMatchObject({ kind: 'already-exists' });
  });

  test('a network goes when nothing runs on it any more, and a second time too', async () => {
    const { engine, hands } = given();
    const network = aNetwork(given());
    const { uid } = network.identity;
    const { id } = await engine.createNetwork(network, signal);
    const container = await started(onNetwork(network));
    expect((await of(uid)).networks).toMatchObject([{ id, endpoints: [container] }]);
    await expect(engine.removeNetwork(id, signal)).rejects.toMatchObject({ kind: 'conflict' });
    await hands.pause(container);
    expect((await of(uid)).networks).toMatchObject([{ id, endpoints: [container] }]);
    await expect(engine.removeNetwork(id, signal)).rejects.toMatchObject({ kind: 'conflict' });
    await engine.stop(container, 5, signal);
    expect((await of(uid)).networks).toMatchObject([{ id, endpoints: [] }]);
    await engine.removeNetwork(id, signal);
    await engine.removeNetwork(id, signal);
    expect(await listedOf(uid)).toEqual([]);
    await expect(engine.start(container, signal)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('a container that never ran starts on a network that was made anew, and one that ran does not', async () => {
    const { engine } = given();
    const network = aNetwork(given());
    const first = await engine.createNetwork(network, signal);
    const [ran, fresh] = [
      await started(onNetwork(network)),
      await created({ ...onNetwork(network), instanceGeneration: 2 }),
    ];
    await engine.stop(ran, 5, signal);
    await engine.removeNetwork(first.id, signal);
    const second = await engine.createNetwork(network, signal);
    await expect(engine.start(ran, signal)).rejects.toMatchObject({ kind: 'not-found' });
    await engine.start(fresh, signal);
    expect((await of(network.identity.uid)).networks).toMatchObject([{ id: second.id, endpoints: [fresh] }]);
  });

  test('networks of others and of another node are neither listed nor removed', async () => {
    const { engine, hands } = given();
    const network = aNetwork(given());
    const foreign = await hands.makeForeignNetwork(aNetwork(given()).name);
    const ofOtherNode = await hands.makeNetworkOfOtherNode(network);
    for (const id of [foreign, ofOtherNode]) {
      await expect(engine.removeNetwork(id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      expect((await engine.listAttachments(signal)).map((each) => each.id)).not.toContain(id);
    }
    expect((await of(network.identity.uid)).networks).toEqual([]);
    await engine.removeNetwork(MISSING_ID, signal);
  });

  test('a workspace is prepared once, and again it is what it was', async () => {
    const { engine } = given();
    const workspace = aWorkspace(given());
    const first = await engine.prepareWorkspace(workspace, signal);
    expect(await engine.prepareWorkspace(workspace, signal)).toEqual(first);
    const later = { ...workspace, identity: { ...workspace.identity, instanceGeneration: 2 }, persistent: true };
    expect(await engine.prepareWorkspace(later, signal)).toEqual(first);
    expect((await of(workspace.identity.uid)).workspaces).toEqual([first]);
  });

  test('a volume of another owner, of another node or of nobody is not taken for a workspace', async () => {
    const { engine, hands } = given();
    const workspace = aWorkspace(given());
    await engine.prepareWorkspace(workspace, signal);
    const stolen = { ...aWorkspace(given()), name: workspace.name };
    await expect(engine.prepareWorkspace(stolen, signal)).rejects.toMatchObject({ kind: 'already-exists' });
    expect((await of(workspace.identity.uid)).workspaces).toMatchObject([{ identity: workspace.identity }]);

    const [foreign, ofOtherNode] = [aWorkspace(given()), aWorkspace(given())];
    await hands.makeForeignVolume(foreign.name);
    await hands.makeWorkspaceOfOtherNode(ofOtherNode);
    for (const each of [foreign, ofOtherNode]) {
      await expect(engine.prepareWorkspace(each, signal)).rejects.toMatchObject({ kind: 'already-exists' });
      await expect(engine.removeWorkspace(each.name, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      expect([await hands.volumeExists(each.name), await listedOf(each.identity.uid)]).toEqual([true, []]);
    }
  });

  test('a volume that only a mount named is made, and is nobody’s', async () => {
    const { engine, hands } = given();
    const workspace = aWorkspace(given());
    const container = await created(onVolume(workspace));
    expect(await hands.volumeExists(workspace.name)).toBe(true);
    expect((await of(workspace.identity.uid)).workspaces).toEqual([]);
    await expect(engine.prepareWorkspace(workspace, signal)).rejects.toMatchObject({ kind: 'already-exists' });
    await engine.remove(container, signal);
    expect(await hands.volumeExists(workspace.name)).toBe(true);
  });

  test('a workspace stays while a container has it, running or not, and goes then, and a second time too', async () => {
    const { engine, hands } = given();
    const workspace = aWorkspace(given());
    await engine.prepareWorkspace(workspace, signal);
    const container = await created(onVolume(workspace));
    await expect(engine.removeWorkspace(workspace.name, signal)).rejects.toMatchObject({ kind: 'conflict' });
    await engine.start(container, signal);
    await expect(engine.removeWorkspace(workspace.name, signal)).rejects.toMatchObject({ kind: 'conflict' });
    await engine.remove(container, signal);
    expect(await hands.volumeExists(workspace.name)).toBe(true);
    await engine.removeWorkspace(workspace.name, signal);
    await engine.removeWorkspace(workspace.name, signal);
    expect(await hands.volumeExists(workspace.name)).toBe(false);
    expect(await listedOf(workspace.identity.uid)).toEqual([]);
  });
}
