// A session container with the session init as an engine and a kernel really showed it (session.json: names and numbers that would
// tell of the machine are replaced, the seccomp profile is cut down), to change one thing at a time.

import type { Subject } from '../../../support/oracle/subject.ts';
import recorded from './session.json' with { type: 'json' };

/** Parts of it, to be written to. */
export interface Changeable {
  readonly host: Record<string, unknown>;
  readonly config: Record<string, unknown>;
  readonly labels: Record<string, string>;
  readonly inspected: Record<string, unknown>;
  readonly volumes: Record<string, { driver: string; options: Record<string, string> | null }>;
  readonly process: { [name: string]: unknown };
  readonly cgroupLimits: Record<string, string | null>;
  readonly namespaces: Record<string, string>;
  /** Replaces a part of a text of the process; throws when it is not there, so that a case cannot test nothing. */
  readonly replace: (text: string, from: string, to: string) => void;
}

/** The name of a difference, and the change that must give it. */
export type OracleCase = readonly [what: string, change: (subject: Changeable) => void];

/** As recorded. */
export const INIT_VOLUME = 'mcpsession-init-293d6381ae6bdf11';

export function aSubject(change: (subject: Changeable) => void = () => {}): Subject {
  const copy = structuredClone(recorded) as never as {
    inspected: Record<string, unknown> & { Config: Record<string, unknown>; HostConfig: Record<string, unknown> };
    volumes: Changeable['volumes'];
    process: Record<string, unknown>;
  }; // the recording's literal type is narrower than what cases write to it
  const { inspected, volumes, process } = copy;
  change({
    inspected,
    volumes,
    process,
    host: inspected.HostConfig,
    config: inspected.Config,
    labels: inspected.Config['Labels'] as Record<string, string>, // as recorded
    cgroupLimits: process['cgroupLimits'] as Record<string, string | null>, // as recorded
    namespaces: process['namespaces'] as Record<string, string>, // as recorded
    replace: (text, from, to) => {
      const before = String(process[text]);
      if (!before.includes(from)) throw new Error(`${text} has no ${from}`);
      process[text] = before.replace(from, to);
    },
  });
  return copy as never as Subject; // as recorded
}
