// The oracle: every difference between a container and the one profile that all of them should have. Pure.

import { judgeMounts } from './judge-mounts.ts';
import { judgeMountTable } from './judge-mount-table.ts';
import { judgeProcess } from './judge-process.ts';
import { judgeSettings } from './judge-settings.ts';
import type { Difference, Subject } from './subject.ts';

export function judge({ inspected, volumes, process }: Subject): readonly Difference[] {
  const findings = [
    ...judgeSettings(inspected),
    ...judgeMounts(inspected, volumes),
    ...(process === null ? [] : [...judgeProcess(inspected, process), ...judgeMountTable(inspected, process)]),
  ];
  return findings.map((finding) => ({ containerId: inspected.Id, ...finding }));
}

/** Whether only the kernel could show it, so that it is not seen of a container that was gone too soon. */
export const needsProcess = (what: string): boolean => what.startsWith('process.') || what.startsWith('mountinfo[');
