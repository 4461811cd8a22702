// A set of whole numbers below 2^53 that holds tens of millions: open addressing in one typed array. 0 stands for an empty place.

export class PackedSet {
  #places: Float64Array;
  #size = 0;

  constructor(expected: number) {
    this.#places = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(expected, 1024) * 1.5)));
  }

  get size(): number {
    return this.#size;
  }

  /** Whether it was new. */
  add(value: number): boolean {
    if (this.#size * 3 > this.#places.length * 2) this.#grow();
    if (!put(this.#places, value + 1)) return false;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#places.length * 2);
    for (const stored of this.#places) if (stored !== 0) put(larger, stored);
    this.#places = larger;
  }
}

const TWO_32 = 4_294_967_296;

function put(places: Float64Array, stored: number): boolean {
  const mask = places.length - 1;
  const high = (stored / TWO_32) | 0;
  let hash = Math.imul((stored >>> 0) ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  let place = (hash ^ (hash >>> 16)) & mask;
  for (let found = places[place]; found !== 0; found = places[place]) {
    if (found === stored) return false;
    place = (place + 1) & mask;
  }
  places[place] = stored;
  return true;
}
