// I12: every session has a value in its environment that nobody but its container may ever see. What controller and placement say is
// searched for it: their logs, and what they write to the API server.

import type { Effect } from '../proxy/director.ts';
import type { Noted } from './timeline.ts';

export const CANARY = 'canary-7d41f0c2a9b84e6f';

export function spilledSecrets(
  lines: readonly Noted[],
  effects: readonly Pick<Effect, 'api' | 'kind' | 'program' | 'body'>[],
): readonly string[] {
  const inLogs = lines.filter(({ text }) => text.includes(CANARY));
  const written = effects.filter(({ api, body }) => api === 'kube' && body.includes(CANARY));
  return [
    ...inLogs
      .slice(0, 1)
      .map(({ text }) => `I12 a value of the environment is in a log: ${text.split(CANARY, 1)[0]?.slice(0, 80)}`),
    ...written.slice(0, 1).map(({ program, kind }) => `I12 ${program} wrote a value of the environment: ${kind}`),
  ];
}
