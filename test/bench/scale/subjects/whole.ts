// The baseline of goal 17: one JSON.parse of the whole list.

import { collectionPath, SESSIONS } from '../../../../src/kube/api-paths.ts';
import type { Subject } from '../protocol.ts';

export function openWhole(url: string): Subject {
  let blockMs = 0;
  return {
    async list() {
      const text = await (await fetch(`${url}${collectionPath(SESSIONS, null)}`)).text();
      const startedMs = performance.now();
      JSON.parse(text);
      blockMs = performance.now() - startedMs;
    },
    blockMs: () => blockMs,
  };
}
