// The faults of the catalogue that proxies and processes can make. F7 to F9 and F11 are families of plans of their own
// (plans/candidates.ts); those that need an engine of their own are in test/integration.

import { API_FAULTS } from './api-faults.ts';
import type { CatalogueFault } from './disturbance.ts';
import { ENGINE_FAULTS } from './engine-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';

export const CATALOGUE: readonly CatalogueFault[] = [...PROCESS_FAULTS, ...API_FAULTS, ...ENGINE_FAULTS];

export function catalogueFault(id: string): CatalogueFault {
  const found = CATALOGUE.find((fault) => fault.id === id);
  if (found === undefined) throw new Error(`no fault ${id}; there are ${CATALOGUE.map((each) => each.id).join(', ')}`);
  return found;
}
