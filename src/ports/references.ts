// Values of Secrets and ConfigMaps that sessions refer to. They go into the container and nowhere else (design.md 8.12).

import type { EnvironmentEntry } from '../model/container.ts';
import type { Reference } from '../model/references.ts';

export interface References {
  /**
   * The values as they are now; what is optional and absent is left out. Rejects with `not-found` (no such object or key),
   * `forbidden` (the controller may not read them in this namespace), `invalid` (no text, or too large), `unavailable`. No message holds a value.
   */
  read(namespace: string, references: readonly Reference[], signal: AbortSignal): Promise<readonly EnvironmentEntry[]>;
}
