// What a whole run comes to: every difference was told of, and everything told of was seen. Pure.

import { needsProcess } from './judge.ts';
import type { Exemption } from './run.ts';
import type { Difference } from './subject.ts';

export interface Seen {
  readonly containerId: string;
  readonly name: string;
  readonly uid: string;
  readonly started: boolean;
  /** With its process. */
  readonly full: boolean;
  readonly differences: readonly Difference[];
}

/** A container that was removed before the oracle could look. */
export type Missed = Pick<Seen, 'name' | 'started'>;

export interface Verdict {
  readonly unexplained: readonly string[];
  readonly neverSeen: readonly string[];
  readonly explained: number;
}

export function verdictOf(seen: readonly Seen[], exemptions: readonly Exemption[]): Verdict {
  const unexplained = new Set<string>();
  let explained = 0;
  for (const { name, uid, differences } of seen) {
    const own = exemptions.filter((exemption) => exemption.uid === uid);
    for (const difference of differences) {
      const isMeant = own.some(({ what }) => what === 'any' || what.some((name) => isNamed(name, difference.what)));
      if (isMeant) explained += 1;
      else unexplained.add(line(name, difference));
    }
  }
  const neverSeen = exemptions.filter(({ mustOccur }) => mustOccur).flatMap((exemption) => missing(exemption, seen));
  return { unexplained: [...unexplained], neverSeen, explained };
}

const FEW = 5;
const SMALL_PART = 0.05;

/** Why the silence of an oracle that saw too little means nothing; a few containers may end before anybody can look. */
export function blindness(seen: readonly Seen[], missed: readonly Missed[]): readonly string[] {
  const all = seen.length + missed.length;
  const started = seen.filter((each) => each.started);
  const full = started.filter((each) => each.full).length;
  return [
    ...(missed.length > Math.max(FEW, all * SMALL_PART)
      ? [`${missed.length} of ${all} containers were gone before a look: ${missed.map(({ name }) => name).join(', ')}`]
      : []),
    ...(started.length > FEW && full * 2 < started.length
      ? [
          `only ${full} of ${started.length} started containers were seen with their process: is the engine's /proc here?`,
        ]
      : []),
  ];
}

/** "process.*" names all that begin so. */
const isNamed = (name: string, what: string): boolean =>
  name.endsWith('*') ? what.startsWith(name.slice(0, -1)) : name === what;

const line = (name: string, { containerId, what, want, got }: Difference): string =>
  `${name} (${containerId.slice(0, 12)}) ${what}: want ${want}, got ${got}`;

function missing({ uid, what }: Exemption, seen: readonly Seen[]): readonly string[] {
  const own = seen.filter((each) => each.uid === uid);
  const occurred = new Set(own.flatMap(({ differences }) => differences.map((difference) => difference.what)));
  if (what === 'any') return occurred.size > 0 ? [] : [`${uid}: no difference at all`];
  const isFull = own.some(({ full }) => full);
  return what
    .filter((name) => ![...occurred].some((each) => isNamed(name, each)) && (isFull || !needsProcess(name)))
    .map((name) => `${uid}: ${name}`);
}
