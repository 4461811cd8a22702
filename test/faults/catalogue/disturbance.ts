// What a fault of the catalogue (security.md 3.3) can do while two sessions run and a third one starts.

import type { Effect, ProgramName, Verdict } from '../proxy/director.ts';
import type { Api } from '../proxy/effects.ts';
import type { ReadHook } from '../proxy/fault-proxy.ts';
import type { World } from '../rig/world.ts';

/** Asked by proxies and director before the plan itself; what is left out changes nothing. */
export interface Interference {
  mutation?: (effect: Effect) => Verdict | null;
  reads?: (program: ProgramName, side: Api) => ReadHook | null;
}

export interface Disturbance {
  readonly world: World;
  /** Set and cleared by the fault. */
  readonly interference: Interference;
  readonly effects: readonly Effect[];
  /** Tells that something was done: deadlines count from the last one. */
  readonly note: (what: string) => void;
  /** Something was seen that must not be. */
  readonly violate: (problem: string) => void;
  /** Run after the plan, whatever happened. */
  readonly later: (undo: () => Promise<void>) => void;
}

export interface CatalogueFault {
  readonly id: string;
  readonly what: string;
  /** The containers of the sessions that ran before may be others afterwards. */
  readonly mayReplace?: boolean;
  /** The seconds that it takes; long ones are left out of the sample of a commit. */
  readonly seconds: number;
  run(disturbance: Disturbance): Promise<void>;
}
