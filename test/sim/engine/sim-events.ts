// The events of a simulated engine: who listens, and what the engine still remembers for whoever connects again.

import type { EngineEvent } from '../../../src/ports/container-engine.ts';

export interface EngineStream {
  push(event: EngineEvent): void;
  end(): void;
}

interface PastEvent {
  readonly atMs: number;
  readonly event: EngineEvent;
}

/** Enough for whoever connects again. */
const REMEMBERED_EVENTS = 64;

export class SimEvents {
  readonly #streams = new Set<EngineStream>();
  #past: PastEvent[] = [];

  tell(event: EngineEvent, atMs: number): void {
    this.#past.push({ atMs, event });
    if (this.#past.length > REMEMBERED_EVENTS) this.#past.shift();
    for (const stream of this.#streams) stream.push(event);
  }

  /** Hears of what happens from now on, and of the last moment before: who connects says since when. */
  listen(stream: EngineStream, sinceMs: number): void {
    for (const { atMs, event } of this.#past) if (atMs >= sinceMs) stream.push(event);
    this.#streams.add(stream);
  }

  leave(stream: EngineStream): void {
    this.#streams.delete(stream);
  }

  /** The engine goes, or lets go of everybody. */
  end(): void {
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  /** As an engine that was started again. */
  forget(): void {
    this.#past = [];
  }
}
