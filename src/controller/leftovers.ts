// Networks and workspaces that a list of the engine showed and no known session explains, by session key. Only a hint: whether the
// session is gone is asked of the API server before anything is removed.

import { sessionKeyOf } from '../model/names.ts';
import type { AttachmentSummary } from '../model/attachments.ts';

export interface Leftovers {
  /** Replaces everything that was known. */
  replaceAll(found: readonly AttachmentSummary[]): void;
  of(key: string): readonly AttachmentSummary[];
  /** It is removed. */
  drop(key: string, id: string): void;
}

export function createLeftovers(): Leftovers {
  const byKey = new Map<string, readonly AttachmentSummary[]>();
  return {
    replaceAll(found) {
      byKey.clear();
      for (const each of found) {
        const key = sessionKeyOf(each.identity);
        byKey.set(key, [...(byKey.get(key) ?? []), each]);
      }
    },
    of: (key) => byKey.get(key) ?? [],
    drop(key, id) {
      const left = (byKey.get(key) ?? []).filter((each) => each.id !== id);
      if (left.length === 0) byKey.delete(key);
      else byKey.set(key, left);
    },
  };
}
