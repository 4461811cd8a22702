// Versions of the Docker Engine API that this operator speaks.

/**
 * Before the first: no CgroupnsMode, and a start body replaces the host config (security.md 0.3). The last is the newest whose
 * container fields were reviewed one by one (security.md 4.2).
 */
export const ENGINE_API_VERSIONS = [
  '1.41',
  '1.42',
  '1.43',
  '1.44',
  '1.45',
  '1.46',
  '1.47',
  '1.48',
  '1.49',
  '1.50',
  '1.51',
  '1.52',
  '1.53',
  '1.54',
  '1.55',
] as const;

export type EngineApiVersion = (typeof ENGINE_API_VERSIONS)[number];
/** `auto`: the newest that both sides speak. */
export type EngineApiChoice = EngineApiVersion | 'auto';
