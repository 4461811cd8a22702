// Whether two values are the same as JSON, without writing them down.

/** As canonicalJson(left) === canonicalJson(right): the order of keys and members that are undefined do not count. Plain data only. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && sameItems(left, right);
  }
  return sameMembers(left, right);
}

function sameItems(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
}

function sameMembers(left: object, right: object): boolean {
  const other = right as Readonly<Record<string, unknown>>; // an object that is no array
  let members = 0;
  for (const [key, item] of Object.entries(left)) {
    if (item === undefined) continue;
    members += 1;
    if (!Object.hasOwn(other, key) || !sameJson(item, other[key])) return false;
  }
  for (const key of Object.keys(right)) if (other[key] !== undefined) members -= 1;
  return members === 0;
}
