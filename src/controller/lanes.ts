// How many changes are under way on the engine at a time: starts, stops and removals have budgets of their own, so that starts that
// hang and programs that take their whole grace never keep a removal waiting (performance.md 11.4). A look needs no place: a key that finds its lane full waits in line outside
// the work queue, and decides anew when its turn comes, because what it saw may be old by then.

const LANES = ['start', 'stop', 'end'] as const;
export type Lane = (typeof LANES)[number];

export type LaneLimits = Readonly<Record<Lane, number>>;

export interface Lanes {
  /** True: the key has a place in this lane until it leaves. False: it is in line, and is called when its turn has come. */
  enter(key: string, lane: Lane): boolean;
  /** Gives up the key's place, or its place in line. */
  leave(key: string): void;
  /** Keys with a place and keys in line, for tests and diagnosis. */
  counts(): Readonly<Record<Lane, { readonly busy: number; readonly waiting: number }>>;
}

/** `onTurn` is told of the next key in line, which has its place by then. */
export function createLanes(options: { readonly limits: LaneLimits; readonly onTurn: (key: string) => void }): Lanes {
  const { limits, onTurn } = options;
  const places: Record<Lane, Set<string>> = { start: new Set(), stop: new Set(), end: new Set() };
  /** In order of arrival. */
  const lines: Record<Lane, Set<string>> = { start: new Set(), stop: new Set(), end: new Set() };

  const callNext = (lane: Lane): void => {
    while (places[lane].size < limits[lane]) {
      const [next] = lines[lane];
      if (next === undefined) return;
      lines[lane].delete(next);
      places[lane].add(next);
      onTurn(next);
    }
  };

  const leaveLane = (key: string, lane: Lane): void => {
    lines[lane].delete(key);
    if (places[lane].delete(key)) callNext(lane);
  };

  return {
    enter(key, lane) {
      for (const other of LANES) if (other !== lane) leaveLane(key, other);
      if (places[lane].has(key)) return true;
      if (places[lane].size < limits[lane]) {
        lines[lane].delete(key);
        places[lane].add(key);
        return true;
      }
      lines[lane].add(key);
      return false;
    },
    leave(key) {
      for (const lane of LANES) leaveLane(key, lane);
    },
    counts() {
      const of = (lane: Lane) => ({ busy: places[lane].size, waiting: lines[lane].size });
      return { start: of('start'), stop: of('stop'), end: of('end') };
    },
  };
}
