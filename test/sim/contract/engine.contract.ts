// What the programs rely on of a container engine: the lives of containers. Runs on the simulated engine and on the real one.

import { expect, test } from 'vitest';

import { OperatorError } from '../../../src/lib/errors.ts';
import {
  aNetwork,
  aSubject,
  aWorkspace,
  type EngineUnderTest,
  onNetwork,
  onVolume,
  seen,
  started as startedIn,
  type SubjectOptions,
} from './engine-under-test.ts';

const { signal } = new AbortController();
const MISSING_IMAGE = `sha256:${'0f'.repeat(32)}`;
const MISSING_ID = 'ab'.repeat(32);
const aNumber = expect.any(Number) as number;

export function engineContract(given: () => EngineUnderTest): void {
  const created = async (options: SubjectOptions = {}) => {
    const subject = aSubject(given(), options);
    const { id } = await given().engine.create(subject.spec, signal);
    return { ...subject, id };
  };
  const started = (options: SubjectOptions = {}) => startedIn(given(), options);
  const listed = async (uid: string) => (await given().engine.list(signal)).filter((each) => each.uid === uid);

  test('what was created is the same by its id, by its name and in the list', async () => {
    const { id, name, uid, spec } = await created();
    const byId = await seen(given(), id);
    const nothingYet = { startedMs: null, finishedMs: null, exitCode: null, oomKilled: false, pid: null };
    expect(byId).toEqual({ id, state: 'created', createdMs: aNumber, ...nothingYet, engineError: '', spec });
    expect(await seen(given(), name)).toEqual(byId);
    const { namespace, name: sessionName } = spec.identity;
    const createdMs = Math.floor(byId.createdMs / 1000) * 1000; // a list knows whole seconds
    expect(await listed(uid)).toEqual([{ id, uid, namespace, name: sessionName, createdMs, state: 'created' }]);
  });

  test('one that runs has a start and a process, and one that was stopped an end and the code of SIGTERM', async () => {
    const { id, uid } = await started();
    const running = await seen(given(), id);
    expect(running).toMatchObject({ state: 'running', finishedMs: null, exitCode: null, pid: aNumber });
    expect(running.startedMs).toBeGreaterThanOrEqual(running.createdMs);
    await given().engine.stop(id, 5, signal);
    const stopped = await seen(given(), id);
    const kept = { createdMs: running.createdMs, startedMs: running.startedMs, spec: running.spec };
    expect(stopped).toMatchObject({ state: 'exited', exitCode: 143, oomKilled: false, pid: null, ...kept });
    expect(stopped.finishedMs).toBeGreaterThanOrEqual(running.startedMs ?? Infinity);
    expect(await listed(uid)).toMatchObject([{ id, state: 'exited' }]);
  });

  test('one that starts again has a new start and no code, and still the time of its last end', async () => {
    const { id } = await started();
    await given().engine.stop(id, 5, signal);
    const before = await seen(given(), id);
    await given().engine.start(id, signal);
    const after = await seen(given(), id);
    expect(after).toMatchObject({ id, state: 'running', exitCode: null, finishedMs: before.finishedMs, pid: aNumber });
    expect(after.startedMs).toBeGreaterThan(before.startedMs ?? Infinity);
  });

  test('a name that is taken is refused, whoever has it, and nothing changes', async () => {
    const first = await started();
    const before = await seen(given(), first.id);
    await expect(given().engine.create(first.spec, signal)).rejects.toMatchObject({ kind: 'already-exists' });
    expect(await seen(given(), first.name)).toEqual(before);
    expect(await listed(first.uid)).toHaveLength(1);
    const other = aSubject(given());
    const foreign = await given().hands.makeForeignContainer(other.name);
    await expect(given().engine.create(other.spec, signal)).rejects.toMatchObject({ kind: 'already-exists' });
    expect(await given().engine.inspect(other.name, signal)).toEqual({ ours: false, id: foreign });
  });

  test('an image that is missing is said first, and nothing is made', async () => {
    const missing = aSubject(given(), { change: { imageId: MISSING_IMAGE } });
    await expect(given().engine.create(missing.spec, signal)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await given().engine.inspect(missing.name, signal)).toBe(null);
    const { uid } = await created();
    const taken = aSubject(given(), { uid, change: { imageId: MISSING_IMAGE } });
    await expect(given().engine.create(taken.spec, signal)).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('a second start is a success and changes nothing', async () => {
    const { id, uid } = await started();
    const before = await seen(given(), id);
    await given().engine.start(id, signal);
    expect(await seen(given(), id)).toEqual(before);
    expect(await listed(uid)).toHaveLength(1);
  });

  test('one that is gone cannot be started, and is stopped and removed already', async () => {
    const { id, uid } = await created();
    await given().hands.removeContainer(id);
    await expect(given().engine.start(id, signal)).rejects.toMatchObject({ kind: 'not-found' });
    await given().engine.stop(id, 1, signal);
    await given().engine.remove(id, signal);
    expect(await given().engine.inspect(id, signal)).toBe(null);
    expect(await listed(uid)).toEqual([]);
  });

  test('what does not run is stopped already, and stays what it is', async () => {
    const fresh = await created();
    await given().engine.stop(fresh.id, 1, signal);
    expect(await seen(given(), fresh.id)).toMatchObject({ state: 'created', exitCode: null, finishedMs: null });
    const { id } = await started();
    await given().engine.stop(id, 5, signal);
    const before = await seen(given(), id);
    await given().engine.stop(id, 5, signal);
    expect(await seen(given(), id)).toEqual(before);
  });

  test('one that is paused keeps its process, cannot be started, and can be stopped and removed', async () => {
    const [one, other] = [await started(), await started()];
    const running = await seen(given(), one.id);
    for (const { id } of [one, other]) await given().hands.pause(id);
    expect(await seen(given(), one.id)).toEqual({ ...running, state: 'paused' });
    await expect(given().engine.start(one.id, signal)).rejects.toMatchObject({ kind: 'conflict' });
    await given().engine.stop(one.id, 5, signal);
    expect(await seen(given(), one.id)).toMatchObject({ state: 'exited', pid: null, exitCode: 143 });
    await given().engine.remove(other.id, signal);
    expect(await given().engine.inspect(other.id, signal)).toBe(null);
  });

  test('one that runs is removed at once, a second time too, and its name is free', async () => {
    const { id, name, uid, spec } = await started();
    await given().engine.remove(id, signal);
    await given().engine.remove(id, signal);
    expect([await given().engine.inspect(id, signal), await given().engine.inspect(name, signal)]).toEqual([
      null,
      null,
    ]);
    const again = await given().engine.create(spec, signal);
    expect(again.id).not.toBe(id);
    expect(await listed(uid)).toMatchObject([{ id: again.id, state: 'created' }]);
  });

  test('what is missing is null', async () => {
    const { name } = aSubject(given());
    expect(await given().engine.inspect(name, signal)).toBe(null);
    expect(await given().engine.inspect(MISSING_ID, signal)).toBe(null);
  });

  test('a container of others, or of another node, is not ours: not listed and not touched', async () => {
    const { engine, hands } = given();
    const foreign = await hands.makeForeignContainer(aSubject(given()).name);
    const ofOtherNode = await hands.makeContainerOfOtherNode();
    for (const id of [foreign, ofOtherNode]) {
      expect(await engine.inspect(id, signal)).toEqual({ ours: false, id });
      expect((await engine.list(signal)).map((each) => each.id)).not.toContain(id);
      await expect(engine.start(id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(engine.stop(id, 1, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      await expect(engine.remove(id, signal)).rejects.toMatchObject({ kind: 'forbidden' });
      expect(await engine.inspect(id, signal)).toEqual({ ours: false, id });
    }
  });

  test('a main process that ends by itself leaves its code, and a start forgets it', async () => {
    const { id } = await started({ change: { entrypoint: ['sh', '-c'], command: ['exit 7'] } });
    await given().hands.awaitEnd(id, { exitCode: 7, oomKilled: false });
    const ended = await seen(given(), id);
    expect(ended).toMatchObject({ state: 'exited', exitCode: 7, oomKilled: false, pid: null, finishedMs: aNumber });
    await given().engine.start(id, signal);
    await given().hands.awaitEnd(id, { exitCode: 7, oomKilled: false });
    expect((await seen(given(), id)).startedMs).toBeGreaterThan(ended.startedMs ?? Infinity);
  });

  test('a main process that the kernel ends for its memory says so until it ends in another way', async () => {
    const { engine, hands } = given();
    const workspace = aWorkspace(given());
    await engine.prepareWorkspace(workspace, signal);
    const { uid, change } = onVolume(workspace);
    const bytes = 64 * 1_048_576;
    // In its first life it takes all that it can get; in its second one it waits.
    const greedy = '[ -e /workspace/b ] && exec sleep 600; touch /workspace/b; x=a; while :; do x=$x$x; done';
    const limits = { memoryBytes: bytes, memorySwapBytes: bytes };
    const options = { change: { ...change, ...limits, entrypoint: ['sh', '-c'], command: [greedy] } };
    const { id } = await started({ uid, ...options });
    await hands.awaitEnd(id, { exitCode: 137, oomKilled: true });
    const ended = await seen(given(), id);
    expect(ended).toMatchObject({ state: 'exited', exitCode: 137, oomKilled: true, pid: null, finishedMs: aNumber });
    await engine.start(id, signal);
    const kept = { oomKilled: true, finishedMs: ended.finishedMs };
    expect(await seen(given(), id)).toMatchObject({ state: 'running', exitCode: null, ...kept });
    await engine.stop(id, 5, signal);
    expect(await seen(given(), id)).toMatchObject({ state: 'exited', oomKilled: false });
  });

  test('one whose network is missing cannot start: nothing runs, and the engine’s own words are kept', async () => {
    const network = aNetwork(given());
    const { id } = await created(onNetwork(network));
    await expect(given().engine.start(id, signal)).rejects.toMatchObject({ kind: 'not-found' });
    const after = await seen(given(), id);
    expect(after).toMatchObject({ state: 'created', startedMs: null, exitCode: null, pid: null });
    expect(after.engineError).toMatch(/network .* not found/);
    await given().engine.createNetwork(network, signal);
    await given().engine.start(id, signal);
    expect(await seen(given(), id)).toMatchObject({ state: 'running', engineError: '' });
  });

  test('a call that nobody waits for is cancelled in the engine’s own way and has no effect', async () => {
    const { engine } = given();
    const { id, uid } = await created();
    const runs = await started();
    const other = aSubject(given());
    const [network, workspace] = [aNetwork(given(), uid), aWorkspace(given(), uid)];
    const { id: networkId } = await engine.createNetwork(network, signal);
    await engine.prepareWorkspace(workspace, signal);
    const before = await engine.attachmentsOf(uid, signal);
    const stop = new AbortController();
    stop.abort(new OperatorError('conflict', 'the lease is gone'));
    const calls: readonly ((over: AbortSignal) => Promise<unknown>)[] = [
      (over) => engine.ping(over),
      (over) => engine.facts(over),
      (over) => engine.inspectImage(given().image.reference, over),
      (over) => engine.pullImage(given().image.reference, over),
      (over) => engine.create(other.spec, over),
      (over) => engine.start(id, over),
      (over) => engine.stop(runs.id, 1, over),
      (over) => engine.remove(id, over),
      (over) => engine.inspect(id, over),
      (over) => engine.list(over),
      (over) => engine.attachmentsOf(uid, over),
      (over) => engine.listAttachments(over),
      (over) => engine.createNetwork(aNetwork(given(), other.uid), over),
      (over) => engine.removeNetwork(networkId, over),
      (over) => engine.prepareWorkspace(aWorkspace(given(), other.uid), over),
      (over) => engine.removeWorkspace(workspace.name, over),
    ];
    for (const call of calls) await expect(call(stop.signal)).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await engine.inspect(other.name, signal)).toBe(null);
    expect((await seen(given(), id)).state).toBe('created');
    expect((await seen(given(), runs.id)).state).toBe('running');
    expect(await engine.attachmentsOf(uid, signal)).toEqual(before);
    expect(await engine.attachmentsOf(other.uid, signal)).toEqual({ networks: [], workspaces: [] });
  });

  test('it says whose node it is', async () => {
    const { engine, cluster, nodeName } = given();
    await engine.ping(signal);
    expect(await engine.facts(signal)).toMatchObject({ cluster, nodeName });
  });
}
