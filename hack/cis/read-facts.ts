// The engine's answers that the checks need, read over its socket. Reads only: list, inspect, top, info.

import { CONTAINER_LABELS } from '../../src/model/names.ts';
import { OperatorError } from '../../src/lib/errors.ts';
import { engineRequest } from '../docker/engine-request.ts';
import type { CisFacts, EngineInfo, InspectedContainer, InspectedExec, InspectedVolume } from './facts.ts';

/** Ids of the running containers that have the label of a session. */
export async function sessionContainers(socketPath: string, signal: AbortSignal): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [CONTAINER_LABELS.uid], status: ['running'] }));
  const found = await get<readonly { readonly Id: string }[]>(
    socketPath,
    `/containers/json?filters=${filters}`,
    signal,
  );
  return (found ?? []).map(({ Id }) => Id);
}

/** Throws OperatorError 'not-found' for a container that the engine does not have. */
export async function readFacts(socketPath: string, container: string, signal: AbortSignal): Promise<CisFacts> {
  const read = <Answer>(path: string): Promise<Answer | null> => get<Answer>(socketPath, path, signal);
  const name = encodeURIComponent(container);
  const inspected = await read<InspectedContainer>(`/containers/${name}/json`);
  if (inspected === null) throw new OperatorError('not-found', `the engine has no container "${container}"`);
  const volumeNames = (inspected.Mounts ?? []).flatMap(({ Type, Name }) =>
    Type === 'volume' && Name !== undefined ? [Name] : [],
  );
  const [info, top, execs, volumes] = await Promise.all([
    read<EngineInfo>('/info'),
    read<{ readonly Processes?: readonly (readonly string[])[] }>(`/containers/${inspected.Id}/top`),
    Promise.all((inspected.ExecIDs ?? []).map((id) => read<InspectedExec>(`/exec/${id}/json`))),
    Promise.all(volumeNames.map((volume) => read<InspectedVolume>(`/volumes/${encodeURIComponent(volume)}`))),
  ]);
  return {
    info: info ?? {},
    container: inspected,
    processes: top?.Processes?.map((columns) => columns.join(' ')) ?? null,
    execs: execs.filter((exec) => exec !== null),
    volumes: volumes.filter((volume) => volume !== null),
  };
}

/** Null for 404, and for what an engine cannot say about a container that has just ended (409, 500 of top). */
async function get<Answer>(socketPath: string, path: string, signal: AbortSignal): Promise<Answer | null> {
  const { status, body } = await engineRequest({ socketPath, method: 'GET', path }, signal);
  if (status === 200) return JSON.parse(body) as Answer; // the engine's own JSON; every field of the types may be missing
  if (status === 404 || status === 409 || path.endsWith('/top')) return null;
  throw new OperatorError('unavailable', `the engine answered ${status} for ${path}: ${body.slice(0, 200)}`);
}
