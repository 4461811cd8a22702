// What the observer knows of one container from its first event to its last.

import type { KubeObject } from './api.ts';
import type { EngineEvent } from './engine.ts';

const UID = 'mcpsession.dev/uid';
const GENERATION = 'mcpsession.dev/instance-generation';

export interface ContainerLife {
  readonly id: string;
  readonly uid: string;
  readonly generation: string;
  /** Of the session. */
  readonly name: string;
  readonly labels: EngineEvent['labels'];
  /** By the engine's clock, in milliseconds since 1970; null while nothing was heard of it. */
  createdAtMs: number | null;
  diedAtMs: number | null;
  starts: number;
  running: boolean;
  gone: boolean;
  /** The session as the API server had it when the container went; null when it had none, or not this one. */
  whenGone: { readonly session: KubeObject; readonly atMs: number } | null;
  /** Volumes without a name of their own that the engine made for it. */
  anonymousVolumes: readonly string[];
}

export function newLife({ id, labels }: EngineEvent): ContainerLife {
  return {
    id,
    uid: labels[UID] ?? '',
    generation: labels[GENERATION] ?? '',
    name: labels['mcpsession.dev/name'] ?? '',
    labels,
    createdAtMs: null,
    diedAtMs: null,
    starts: 0,
    running: false,
    gone: false,
    whenGone: null,
    anonymousVolumes: [],
  };
}

/** The only name that a container of this generation may have: it is what keeps a second one from being made. */
export function nameOf({ uid, generation }: Pick<ContainerLife, 'uid' | 'generation'>): string {
  return generation === '1' ? `mcps-${uid}` : `mcps-${uid}-g${generation}`;
}

/** The engine names a volume that nobody named by 64 hex digits. */
export const isAnonymous = (volume: string): boolean => /^[0-9a-f]{64}$/.test(volume);
