// Watches of the simulated API server. Each has its own queue: events of one watch keep their order, those of two do not.

import type { WatchEvent } from '../../../src/kube/watch-events.ts';
import type { Link } from '../kit/call.ts';
import type { Action, Scheduler, Timer } from '../kit/scheduler.ts';
import { type SimApiServer, selectorOf } from './api-server.ts';
import { type Change, eventOf, type Selector } from './collection.ts';
import { expired, parseApiPath } from './objects.ts';
import { Pipe } from './pipe.ts';

/** Every open watch, and every event that was sent: lines of a simulated stream are numbers of events. */
export class WatchHub {
  readonly open = new Set<OpenWatch>();
  readonly #events: WatchEvent[] = [];

  constructor(server: SimApiServer) {
    server.onChange((plural, change) => {
      for (const watch of this.open) watch.see(plural, change);
    });
  }

  lineFor(event: WatchEvent): Buffer {
    return Buffer.from(`${this.#events.push(event) - 1}\n`);
  }

  eventOf(line: string): WatchEvent {
    const event = this.#events[Number(line)];
    if (event === undefined) throw new Error(`no event ${line}`);
    return event;
  }
}

export interface OpenWatchOptions {
  readonly scheduler: Scheduler;
  readonly server: SimApiServer;
  readonly hub: WatchHub;
  readonly link: Link;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
}

export class OpenWatch implements Action {
  readonly kind = 'event';
  readonly what: string;
  readonly link: Link;
  /** Events that have not been delivered. */
  readonly queue: WatchEvent[] = [];
  readonly #options: OpenWatchOptions;
  readonly #plural: string;
  readonly #selects: Selector;
  readonly #pipe = new Pipe();
  #attached = false;
  #waiting = false;
  /** Nothing comes through any more, and nobody says so. */
  #silent = false;
  #timeout: Timer | null = null;
  #over = false;

  constructor(options: OpenWatchOptions) {
    const { server, hub, link, path, query, scheduler } = options;
    const parsed = parseApiPath(path);
    this.#options = options;
    this.link = link;
    this.what = `watch ${parsed.plural}`;
    this.#plural = parsed.plural;
    this.#selects = selectorOf(parsed, query['fieldSelector']);
    const from = Number(query['resourceVersion']);
    if (from < server.compacted) {
      const { message } = expired(from);
      this.queue.push({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message } }, END);
      return;
    }
    for (const change of server.collection(this.#plural).since(from)) this.see(this.#plural, change);
    hub.open.add(this);
    const seconds = Number(query['timeoutSeconds'] ?? '3600');
    this.#timeout = scheduler.after(seconds * 1000, null, this.what, () => {
      this.bookmark();
      this.finish();
    });
  }

  get actor(): Link['actor'] {
    return this.link.actor;
  }

  see(plural: string, change: Change): void {
    if (plural !== this.#plural || this.#silent) return;
    const event = eventOf(change, this.#selects);
    if (event !== null) this.#queueUp(event);
  }

  bookmark(): void {
    const resourceVersion = String(this.#options.server.revision);
    this.#queueUp({ type: 'BOOKMARK', object: { metadata: { resourceVersion } } });
  }

  /** The server ends the watch in order, after what is queued. */
  finish(): void {
    this.#queueUp(END);
    this.#leave();
  }

  /** From here on the connection is half open. */
  silence(): void {
    this.#silent = true;
    this.queue.length = 0;
    this.#leave();
  }

  end(fault: unknown): void {
    this.#over = true;
    this.queue.length = 0;
    this.#leave();
    this.#pipe.end(fault);
  }

  /** The client has the stream: what was queued can come. */
  attach(): Pipe {
    this.#attached = true;
    this.#offer();
    return this.#pipe;
  }

  /** Delivers one event. */
  run(): void {
    this.#waiting = false;
    const event = this.queue.shift();
    if (event === END) return this.end(null);
    if (event !== undefined) this.#pipe.push(this.#options.hub.lineFor(event));
    if (this.#pipe.ended) this.end(null);
    this.#offer();
  }

  #queueUp(event: WatchEvent): void {
    if (this.#over) return;
    this.queue.push(event);
    this.#offer();
  }

  #offer(): void {
    if (!this.#attached || this.#waiting || this.queue.length === 0 || !this.link.actor.alive) return;
    this.#waiting = true;
    const { scheduler } = this.#options;
    const behindMs = this.#plural === 'mcpsessions' ? (this.link.lagging?.untilMs ?? 0) - scheduler.nowMs : 0;
    if (behindMs <= 0) scheduler.add(this);
    else scheduler.after(behindMs, this.link.actor, `${this.what} catches up`, () => scheduler.add(this));
  }

  #leave(): void {
    this.#timeout?.cancel();
    this.#options.hub.open.delete(this);
  }
}

const END: WatchEvent = { type: 'BOOKMARK', object: null };
