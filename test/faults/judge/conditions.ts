// What a session says of itself.

import type { KubeObject } from '../rig/api.ts';

export const conditionOf = (session: KubeObject, type: string) =>
  session.status?.conditions?.find((condition) => condition.type === type);
