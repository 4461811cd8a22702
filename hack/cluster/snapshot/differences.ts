// Compares two snapshots of the machine. Pure.

import { z } from 'zod';

/** Each part is a set of lines that mean the same whenever they are the same. */
export const snapshotSchema = z.object({
  links: z.array(z.string()).readonly(),
  addresses: z.array(z.string()).readonly(),
  routes: z.array(z.string()).readonly(),
  rules: z.array(z.string()).readonly(),
  packetFilters: z.array(z.string()).readonly(),
  mounts: z.array(z.string()).readonly(),
  cgroups: z.array(z.string()).readonly(),
  kernelSettings: z.array(z.string()).readonly(),
  directories: z.array(z.string()).readonly(),
  networkNamespaces: z.array(z.string()).readonly(),
  processes: z.array(z.string()).readonly(),
});

export type Snapshot = z.infer<typeof snapshotSchema>;
const PARTS = snapshotSchema.keyof().options;

/** Lines such as "routes: + 10.96.0.0/16 via ..."; empty when nothing came and nothing went. */
export function differences(before: Snapshot, after: Snapshot): readonly string[] {
  return PARTS.flatMap((part) => [
    ...missing(after[part], before[part]).map((line) => `${part}: + ${line}`),
    ...missing(before[part], after[part]).map((line) => `${part}: - ${line}`),
  ]);
}

function missing(from: readonly string[], there: readonly string[]): readonly string[] {
  const known = new Set(there);
  return from.filter((line) => !known.has(line));
}
