// Which version of the Engine API to speak. Pure; the client asks the engine once and remembers the answer.

import { z } from 'zod';

import { OperatorError } from '../lib/errors.ts';
import { ENGINE_API_VERSIONS, type EngineApiChoice } from '../model/engine-api.ts';

const OLDEST = ENGINE_API_VERSIONS[0];
const NEWEST = ENGINE_API_VERSIONS[ENGINE_API_VERSIONS.length - 1] ?? OLDEST;

export const versionSchema = z.looseObject({
  Version: z.string(),
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().default(''),
});

export type EngineVersion = z.output<typeof versionSchema>;

/** The version that was asked for, or the newest that both sides speak. Throws OperatorError('invalid') when there is none. */
export function chooseApiVersion(engine: EngineVersion, asked: EngineApiChoice = 'auto'): string {
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
  if (asked !== 'auto') return orRefuse(engine, asked);
  return compareVersions(ApiVersion, NEWEST) > 0 ? NEWEST : ApiVersion;
}

function orRefuse({ Version, ApiVersion, MinAPIVersion }: EngineVersion, asked: string): string {
  const isSpoken = compareVersions(asked, ApiVersion) <= 0 && compareVersions(asked, MinAPIVersion || OLDEST) >= 0;
  if (isSpoken) return asked;
  throw new OperatorError(
    'invalid',
    `Docker Engine ${Version} speaks API ${MinAPIVersion || OLDEST} to ${ApiVersion}, and docker.apiVersion asks for ${asked}: set it to "auto", or to a version that the engine speaks`,
  );
}

/** Negative when `left` is older. "1.5" is older than "1.41". */
export function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor - rightMajor || leftMinor - rightMinor;
}
