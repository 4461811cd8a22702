// What the plan does to the program's watch of sessions: events dropped, doubled, held back; streams that end, expire, go silent,
// or begin in the past.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plan } from '../plan.ts';
import type { ReadHook } from './fault-proxy.ts';

export interface WatchFaultParts {
  readonly plan: Pick<Plan, 'watch' | 'snapshot'>;
  readonly aliasOf: (object: { readonly name: string }) => string | null;
  readonly onFault: (what: string) => void;
  /** The resourceVersion that lists are to show while time is turned back; null for the present. */
  readonly past: () => Past | null;
  /** The program sees the past from now on, until then. */
  readonly onPast: (untilMs: number) => void;
  /** Whether events are counted even though nothing is done to them. */
  readonly count: boolean;
  /** 410 on the next watch, asked for by a fault of the catalogue. */
  readonly expire: () => boolean;
}

export interface Past {
  readonly resourceVersion: string;
  readonly lagMs: number;
  /** Milliseconds (performance.now); null until the first list was shown: a program that is slow to start sees the past all the same. */
  untilMs: number | null;
}

export interface WatchFaults extends ReadHook {
  readonly reached: boolean;
  /** Events that the program's watch had: "MODIFIED s1" to how many. */
  readonly counts: Readonly<Record<string, number>>;
  /** Until then an event or a stream is held back. */
  readonly busyUntilMs: number;
}

interface SeenEvent {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name: string } };
}

const SESSIONS = /^\/apis\/mcpsession\.dev\/v1alpha1\/(?:namespaces\/[^/]+\/)?mcpsessions\?/;
const isWatch = (path: string): boolean => SESSIONS.test(path) && path.includes('watch=1');
const isList = (path: string): boolean => SESSIONS.test(path) && !path.includes('watch=1');
const EXPIRED = `${JSON.stringify({
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    message: 'too old resource version',
    reason: 'Expired',
    code: 410,
  },
})}\n`;

export function createWatchFaults(parts: WatchFaultParts): WatchFaults {
  const { plan } = parts;
  const wanted = plan.watch ?? null;
  const counts: Record<string, number> = {};
  let matched = 0;
  let touched = 0;
  let busyUntilMs = 0;
  let silentUntilMs = 0;
  let travelled = false;

  const hits = (event: SeenEvent): boolean => {
    if (event.type === 'BOOKMARK' || event.type === 'ERROR') return false;
    const key = `${event.type} ${parts.aliasOf(event.object.metadata) ?? ''}`;
    counts[key] = (counts[key] ?? 0) + 1;
    if (wanted === null) return false;
    const { type, session } = wanted.event;
    if (type !== undefined && type !== event.type) return false;
    if (session !== undefined && parts.aliasOf(event.object.metadata) !== session) return false;
    matched += 1;
    const hit = matched >= wanted.from && matched < wanted.from + wanted.count;
    if (hit) {
      touched += 1;
      parts.onFault(`watch ${wanted.fault} ${event.type} of ${event.object.metadata.name}`);
    }
    return hit;
  };
  const hold = (ms: number): void => {
    busyUntilMs = Math.max(busyUntilMs, performance.now() + ms);
  };

  return {
    get reached() {
      return (wanted === null || touched > 0) && (plan.snapshot === undefined || travelled);
    },
    counts,
    get busyUntilMs() {
      return busyUntilMs;
    },
    rewrite(path) {
      const past = parts.past();
      const now = performance.now();
      if (past === null || (past.untilMs !== null && now >= past.untilMs)) return { path, holdMs: 0 };
      if (isWatch(path) && past.untilMs !== null) return { path, holdMs: past.untilMs - now };
      if (!isList(path)) return { path, holdMs: 0 };
      travelled = true;
      if (past.untilMs === null) {
        past.untilMs = now + past.lagMs;
        parts.onPast(past.untilMs);
      }
      return { path: `${path}&resourceVersion=${past.resourceVersion}&resourceVersionMatch=Exact`, holdMs: 0 };
    },
    answer(path, response) {
      if (!isWatch(path) || !parts.expire()) return false;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(EXPIRED);
      return true;
    },
    relay(path, answer, response) {
      if (!isWatch(path) || (wanted === null && !parts.count)) return false;
      const isSilent = (): boolean => performance.now() < silentUntilMs;
      relayLines({ answer, response, isSilent }, (line) => {
        const now = performance.now();
        if (isSilent()) return { line: null, delayMs: 0, end: false };
        const event = JSON.parse(line) as SeenEvent; // the API's documented form
        if (!hits(event) || wanted === null) return { line, delayMs: 0, end: false };
        switch (wanted.fault) {
          case 'drop':
            return { line: null, delayMs: 0, end: false };
          case 'dup':
            return { line: `${line}\n${line}`, delayMs: 0, end: false };
          case 'hold':
            hold(wanted.forMs);
            return { line, delayMs: wanted.forMs, end: false };
          case '410':
            return { line: EXPIRED.trimEnd(), delayMs: 0, end: true };
          case 'cut':
            return { line: null, delayMs: 0, end: true };
          case 'half-open':
          case 'bookmark-only':
            hold(wanted.forMs);
            silentUntilMs = now + wanted.forMs;
            return { line: wanted.fault === 'bookmark-only' ? bookmarkOf(event) : null, delayMs: 0, end: false };
          default:
            return wanted.fault satisfies never;
        }
      });
      return true;
    },
  };
}

/** Moves the reader's position past an event that it has not seen: what a server would never do, and what a lost event amounts to. */
function bookmarkOf(event: SeenEvent): string {
  const { resourceVersion } = event.object.metadata as { readonly resourceVersion?: string }; // every object has one
  return JSON.stringify({
    type: 'BOOKMARK',
    object: {
      apiVersion: 'mcpsession.dev/v1alpha1',
      kind: 'McpSession',
      metadata: { resourceVersion, creationTimestamp: null },
    },
  });
}

interface Fate {
  /** null: not sent. */
  readonly line: string | null;
  readonly delayMs: number;
  /** The stream ends after it. */
  readonly end: boolean;
}

/** A held event lets those of other objects pass, which is what reordering across objects looks like. */
function relayLines(
  parts: { readonly answer: IncomingMessage; readonly response: ServerResponse; readonly isSilent: () => boolean },
  fateOf: (line: string) => Fate,
): void {
  const { answer, response, isSilent } = parts;
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('error', () => response.destroy());
  // Half-open: not even the end is heard of.
  answer.on('end', () => void (isSilent() || response.end()));
  answer.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const each of lines) {
      if (each === '') continue;
      const { line, delayMs, end } = fateOf(each);
      const write = (): void => void (line !== null && !response.writableEnded && response.write(`${line}\n`));
      if (delayMs > 0) setTimeout(write, delayMs);
      else write();
      if (end) {
        answer.destroy();
        response.end();
        return;
      }
    }
  });
}
