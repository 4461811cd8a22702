// Labels that make software on a node act on a container: schedulers, proxies, updaters, collectors, and this operator. An image
// hands its labels to every container made of it, and the engine has no way to take one away again (security.md 4.4 Labels).

import { GROUP } from './names.ts';

const PREFIXES = [
  `${GROUP}/`,
  'com.centurylinklabs.watchtower',
  'com.datadoghq.',
  'com.docker.',
  'io.kubernetes.',
  'ofelia.',
  'org.testcontainers',
  'traefik.',
] as const;

/** In any case, since some of this software does not look at it. */
export function isSteeringLabel(key: string): boolean {
  const lowerCase = key.toLowerCase();
  return PREFIXES.some((prefix) => lowerCase.startsWith(prefix));
}
