// The form of the verdict table of security.md 4.2 to 4.5: one row for every field of the create body, of a mount and of an endpoint,
// in the engine's API 1.41 to 1.55. Data only; verdicts.test.ts proves each row.

export interface VerdictRow {
  /** As the engine spells it, below the answer to `docker inspect`: "HostConfig.Privileged", "Config.User". */
  readonly field: string;
  /**
   * fixed: the builder always sends `sends`, whatever the session asks for under the default policy.
   * asked: from the session, within the bounds of rules.
   * denied: the builder never sends it, or only at rest (null, false, 0, "", [], {}).
   * harmless: of no effect in our containers, for the reason in `why`.
   */
  readonly verdict: 'fixed' | 'asked' | 'denied' | 'harmless';
  readonly sends?: unknown;
  readonly why?: string;
  /** What an engine takes or reports, and must not be in a session's container. */
  readonly hostile: readonly unknown[];
  /** What finds each of them: a container rule, or the comparison with what was approved. Left out for harmless ones. */
  readonly foundBy?: string;
}

/** Never sent; named by MCPS-929 when an engine reports it. */
export const denied = (prefix: string, fields: Readonly<Record<string, readonly unknown[]>>): readonly VerdictRow[] =>
  Object.entries(fields).map(([name, hostile]) => ({
    field: `${prefix}.${name}`,
    verdict: 'denied',
    hostile,
    foundBy: 'MCPS-929',
  }));

export const DRIFT = 'drift';
