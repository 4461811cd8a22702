// One object per value: what is equal is the same, so that states are compared and counted by small numbers. Everything kept here is
// frozen: code under test that changed its input would otherwise change other states.

export interface Pool {
  /** The object that stands for all values equal to this one. */
  intern<T extends object>(value: T): T;
  /** Its number; 0 for null. */
  idOf(value: object | null): number;
}

interface Kept {
  readonly value: object;
  readonly id: number;
}

/** Parts first: a new object around known parts costs only itself. Plain data only; members that are undefined do not count. */
export function createPool(): Pool {
  const byText = new Map<string, Kept>();
  const byIdentity = new WeakMap<object, Kept>();

  const textOf = (value: unknown): string => {
    if (typeof value === 'object' && value !== null) return `#${kept(value).id}`;
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  };

  const kept = (value: object): Kept => {
    const found = byIdentity.get(value);
    if (found !== undefined) return found;
    const text = Array.isArray(value)
      ? `[${value.map(textOf).join()}]`
      : Object.entries(value)
          .filter(([, item]) => item !== undefined)
          .map(([key, item]) => `${key}:${textOf(item)}`)
          .sort()
          .join();
    const equal = byText.get(text) ?? { value, id: byText.size + 1 };
    if (equal.value === value) byText.set(text, equal);
    byIdentity.set(Object.freeze(value), equal);
    return equal;
  };

  return {
    intern: <T extends object>(value: T) => kept(value).value as T, // equal by its text
    idOf: (value) => (value === null ? 0 : kept(value).id),
  };
}
