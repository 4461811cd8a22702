// Looks at one container with the oracle: its settings from the engine, and its process where one is to be seen.

import type { EngineReader } from './engine-socket.ts';
import { judge } from './judge.ts';
import { readProcess } from './read-process.ts';
import type { Difference, Inspected, VolumeFacts } from './subject.ts';

export interface Examination {
  /** With its process. */
  readonly full: boolean;
  readonly differences: readonly Difference[];
}

/** Null when the container is gone. */
export async function examine(engine: EngineReader, containerId: string): Promise<Examination | null> {
  const inspected = await engine.inspect(containerId);
  if (inspected === null) return null;
  const volumes = await volumesOf(engine, inspected);
  const process = await readProcess(inspected);
  return { full: process !== null, differences: judge({ inspected, volumes, process }) };
}

async function volumesOf(engine: EngineReader, { Mounts }: Inspected): Promise<Record<string, VolumeFacts>> {
  const volumes: Record<string, VolumeFacts> = {};
  for (const { Type, Name } of Mounts) {
    if (Type !== 'volume' || typeof Name !== 'string') continue;
    const facts = await engine.volume(Name);
    if (facts !== null) volumes[Name] = facts;
  }
  return volumes;
}
