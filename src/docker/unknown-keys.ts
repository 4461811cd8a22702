// Settings that nobody models, by name. Apart, because every part of an answer is looked at in this way. Pure.

/** What an engine writes where nothing was asked for, beside the empty values of every type. */
const ENGINE_DEFAULTS: Readonly<Record<string, string>> = {
  'HostConfig.ConsoleSize': '[0,0]',
  'HostConfig.MemorySwappiness': '-1',
  'HostConfig.Isolation': '"default"',
};

interface Settings {
  /** Before the key in a name: "HostConfig". */
  readonly where: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly known: readonly string[];
}

/** The keys that are not known and not at rest, as "HostConfig.Binds". */
export function unknownKeys({ where, settings, known }: Settings): string[] {
  return Object.entries(settings)
    .filter(([key]) => !known.includes(key))
    .map(([key, setting]) => ({ name: `${where}.${key}`, setting }))
    .filter(({ name, setting }) => !isEmpty(setting) && JSON.stringify(setting) !== ENGINE_DEFAULTS[name])
    .map(({ name }) => name);
}

/** null, false, 0, "" and lists and maps without entries: what every engine writes for a setting that nobody made. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
