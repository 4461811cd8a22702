// Which version of the Engine API to speak. Pure; the client asks the engine once and remembers the answer.

import { z } from 'zod';

import { OperatorError } from '../lib/errors.ts';

/** Below it: no CgroupnsMode, and a start body replaces the host config (security.md 0.3). */
const OLDEST = '1.41';
/** The newest whose container fields were reviewed one by one (security.md 4.2). */
const NEWEST = '1.55';

export const versionSchema = z.looseObject({
  Version: z.string(),
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().default(''),
});

export type EngineVersion = z.output<typeof versionSchema>;

/** The newest version that both sides speak. Throws OperatorError('invalid') when there is none. */
export function chooseApiVersion(engine: EngineVersion): string {
  const { Version, ApiVersion, MinAPIVersion } = engine;
  if (compareVersions(ApiVersion, OLDEST) < 0) {
    throw new OperatorError(
      'invalid',
      `Docker Engine ${Version} speaks API up to ${ApiVersion}; ${OLDEST} or newer is needed: upgrade the engine to 20.10 or newer`,
    );
  }
  if (MinAPIVersion !== '' && compareVersions(MinAPIVersion, NEWEST) > 0) {
    throw new OperatorError(
      'invalid',
      `Docker Engine ${Version} speaks API from ${MinAPIVersion}; ${NEWEST} or older is needed: upgrade this operator`,
    );
  }
  return compareVersions(ApiVersion, NEWEST) > 0 ? NEWEST : ApiVersion;
}

/** Negative when `left` is older. "1.5" is older than "1.41". */
export function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
