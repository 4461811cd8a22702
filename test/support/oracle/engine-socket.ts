// The oracle's own way to the engine: plain HTTP over its socket, reading only.

import { type IncomingMessage, request } from 'node:http';

import type { Inspected, VolumeFacts } from './subject.ts';

const REQUEST_WITHIN_MS = 30_000;

export interface EngineEvent {
  readonly action: string;
  readonly containerId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly timeNano: number;
}

export interface EngineReader {
  /** Null when there is none (any more). */
  readonly inspect: (containerId: string) => Promise<Inspected | null>;
  readonly volume: (name: string) => Promise<VolumeFacts | null>;
  /** Calls back for every container that is created or started, from `sinceSeconds` (Unix time) on. Ends with the signal, or when the engine ends it. */
  readonly events: (sinceSeconds: number, onEvent: (event: EngineEvent) => void, signal: AbortSignal) => Promise<void>;
}

export function createEngineReader(socketPath: string): EngineReader {
  return {
    inspect: async (id) => (await get(socketPath, `/containers/${id}/json`)) as Inspected | null, // the engine's documented answer
    volume: async (name) => {
      const volume = (await get(socketPath, `/volumes/${encodeURIComponent(name)}`)) as {
        Driver: string;
        Options: Record<string, string> | null;
      } | null; // the engine's documented answer
      return volume === null ? null : { driver: volume.Driver, options: volume.Options };
    },
    events: (sinceSeconds, onEvent, signal) => {
      const filters = JSON.stringify({ type: ['container'], event: ['create', 'start'] });
      const query = new URLSearchParams({ since: String(sinceSeconds), filters });
      return follow(
        { socketPath, path: `/events?${query.toString()}`, onLine: (line) => onEvent(parseEvent(line)) },
        signal,
      );
    },
  };
}

function parseEvent(line: string): EngineEvent {
  const event = JSON.parse(line) as {
    Action: string;
    Actor: { ID: string; Attributes: Record<string, string> };
    timeNano: number;
  }; // the engine's documented answer
  return {
    action: event.Action,
    containerId: event.Actor.ID,
    labels: event.Actor.Attributes,
    timeNano: event.timeNano,
  };
}

function get(socketPath: string, path: string): Promise<unknown> {
  const signal = AbortSignal.timeout(REQUEST_WITHIN_MS);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, signal, agent: false }, (answer) => {
      textOf(answer).then((text) => {
        if (answer.statusCode === 200) return resolve(JSON.parse(text));
        if (answer.statusCode === 404) return resolve(null);
        return reject(new Error(`oracle: GET ${path} gave ${answer.statusCode}: ${text.trim()}`));
      }, reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  answer.setEncoding('utf8');
  for await (const part of answer) text += String(part);
  return text;
}

interface Following {
  readonly socketPath: string;
  readonly path: string;
  readonly onLine: (line: string) => void;
}

function follow({ socketPath, path, onLine }: Following, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (cause?: Error): void => (signal.aborted || cause === undefined ? resolve() : reject(cause));
    const sent = request({ socketPath, path, signal, agent: false }, (answer) => {
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line.trim() !== '') onLine(line);
      });
      answer.on('end', () => end());
      answer.on('error', end);
    });
    sent.on('error', end);
    sent.end();
  });
}
