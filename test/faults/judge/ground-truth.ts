// Whether the world is as the workload says it must be, read from engine and API server. Every problem begins with its invariant.

import type { KubeObject } from '../rig/api.ts';
import type { Listed } from '../rig/engine.ts';
import { labelled } from '../rig/remove.ts';
import type { Expected, World } from '../rig/world.ts';
import { conditionOf } from './conditions.ts';

const UID = 'mcpsession.dev/uid';
const CLUSTER = 'mcpsession.dev/cluster';

/** All that is wrong now; empty when the world is as it must be. */
export async function wrongNow(world: World, expected: Readonly<Record<string, Expected>>): Promise<readonly string[]> {
  const { lane } = world;
  const { engine, clusterName, sentinels } = lane;
  const sessions = sessionProblems(world, expected);
  if (sessions.length > 0) return sessions; // the engine is asked when the cheap question is answered
  const listed = await engine.list(`mcpsession.dev/cluster=${clusterName}`);
  const containers = listed.filter(({ Id }) => !sentinels.ids.has(Id));
  return [
    ...containerProblems(world, containers),
    ...(await statusProblems(world, expected, containers)),
    ...(await leftovers(world)),
  ];
}

function sessionProblems(world: World, expected: Readonly<Record<string, Expected>>): readonly string[] {
  return Object.entries(expected).flatMap(([alias, wanted]) => {
    const session = world.session(alias);
    if (wanted.is === 'gone') return session === null ? [] : [`I5 session ${alias} still exists: ${stateOf(session)}`];
    if (session === null) return [`I3 session ${alias} is lost: the object is gone`];
    if (session.metadata.deletionTimestamp !== undefined) return [`I5 session ${alias} is still being deleted`];
    const { generation } = session.metadata;
    const stale = session.status?.observedGeneration !== generation;
    if (stale) return [`I4 session ${alias}: generation ${generation}, observed ${session.status?.observedGeneration}`];
    return matches(session, wanted) ? [] : [`I3 session ${alias} must be ${words(wanted)}, and is ${stateOf(session)}`];
  });
}

function matches(session: KubeObject, wanted: Expected): boolean {
  const ready = conditionOf(session, 'Ready');
  if (wanted.is === 'ready') return ready?.status === 'True' && ready.reason === 'Running';
  if (wanted.is === 'finished') {
    const finished = conditionOf(session, 'Finished');
    return (
      finished?.status === 'True' &&
      wanted.reasons.includes(finished.reason) &&
      session.status?.finishedAt !== undefined
    );
  }
  return wanted.is === 'waiting' && ready?.status === 'False' && wanted.reasons.includes(ready.reason);
}

function containerProblems(world: World, containers: readonly Listed[]): readonly string[] {
  const { lane, incarnations } = world;
  const problems: string[] = [];
  const live = new Map(
    incarnations
      .map(({ alias, uid }) => [uid, alias] as const)
      .filter(([uid, alias]) => world.session(alias)?.metadata.uid === uid),
  );
  const perUid = new Map<string, number>();
  for (const { Id, Labels } of containers) {
    const uid = Labels[UID] ?? '';
    perUid.set(uid, (perUid.get(uid) ?? 0) + 1);
    if (!live.has(uid)) problems.push(`I1 orphan: container ${Id.slice(0, 12)} of session ${uid}, which is gone`);
  }
  for (const [uid, count] of perUid)
    if (count > 1) problems.push(`I2 ${count} containers of session ${live.get(uid) ?? uid}`);
  const open = lane.proxies.controllerDocker.upgraded();
  for (const path of open) {
    const [, id = ''] = /containers\/([0-9a-f]{64})\//.exec(path) ?? [];
    if (id !== '' && !containers.some(({ Id }) => Id === id))
      problems.push(`I14 a stream to container ${id.slice(0, 12)} is open, which is gone`);
  }
  return problems;
}

/** Ready says what the engine says, and everything else has nothing running. */
async function statusProblems(
  world: World,
  expected: Readonly<Record<string, Expected>>,
  containers: readonly Listed[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const [alias, wanted] of Object.entries(expected)) {
    const session = world.session(alias);
    if (session === null) continue;
    const own = containers.filter(({ Labels }) => Labels[UID] === session.metadata.uid);
    const running = own.filter(({ State }) => State === 'running');
    if (wanted.is !== 'ready') {
      if (running.length > 0 && wanted.is === 'finished')
        problems.push(`I4 session ${alias} is over, and its container runs`);
      continue;
    }
    const said = session.status?.container?.id;
    if (running.length !== 1) problems.push(`I4 session ${alias} is Ready, and ${running.length} containers run`);
    else if (running[0]?.Id !== said)
      problems.push(`I4 session ${alias} names container ${said}, and ${running[0]?.Id} runs`);
    if (session.metadata.finalizers?.includes('mcpsession.dev/container') !== true)
      problems.push(`I4 session ${alias} runs without its finalizer`);
  }
  return problems;
}

async function leftovers(world: World): Promise<readonly string[]> {
  const { lane, incarnations } = world;
  const { engine, clusterName } = lane;
  const problems: string[] = [];
  const deliveries = await engine.list('mcpsession.dev/init-delivery');
  for (const { Id, Labels } of deliveries) {
    if (Labels['mcpsession.dev/init-delivery']?.startsWith(`${clusterName}/`))
      problems.push(`I6 container ${Id.slice(0, 12)} that brought the session init is left`);
  }
  const live = new Set(
    incarnations.filter(({ alias, uid }) => world.session(alias)?.metadata.uid === uid).map(({ uid }) => uid),
  );
  for (const kind of ['networks', 'volumes'] as const) {
    for (const { name, labels } of await labelled(lane.engine, kind)) {
      if (labels[CLUSTER] !== clusterName || live.has(labels[UID] ?? '')) continue;
      problems.push(`I6 ${kind.slice(0, -1)} ${name} of a session that is gone`);
    }
  }
  for (const { id, gone, anonymousVolumes } of lane.observer.containers.values()) {
    if (!gone) continue;
    for (const volume of anonymousVolumes) {
      const { code } = await engine.call('GET', `/volumes/${volume}`);
      if (code !== 404)
        problems.push(`I6 anonymous volume ${volume.slice(0, 12)} of container ${id.slice(0, 12)}, which is gone`);
    }
  }
  return problems;
}

export function stateOf(session: KubeObject): string {
  const ready = conditionOf(session, 'Ready');
  const finished = conditionOf(session, 'Finished')?.status === 'True' ? ', finished' : '';
  const deleting = session.metadata.deletionTimestamp === undefined ? '' : ', deleting';
  return `${ready?.status ?? 'without a status'} ${ready?.reason ?? ''}${finished}${deleting} (${ready?.message.slice(0, 160) ?? ''})`;
}

function words(wanted: Expected): string {
  if (wanted.is === 'ready' || wanted.is === 'gone') return wanted.is;
  return `${wanted.is} (${wanted.reasons.join(' or ')})`;
}
