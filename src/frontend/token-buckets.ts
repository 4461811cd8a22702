// Token buckets per key in bounded memory. Only a full bucket, whose owner is idle, may be forgotten: evicting any other would
// lift its owner's limit (requirements.md K-08). A newcomer that finds no room is refused.

import { err, ok, type Result } from '../lib/result.ts';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Least recently used buckets looked at for an idle one; with equal rates the oldest are the fullest. */
const EVICTION_CANDIDATES = 8;

export class TokenBuckets {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxKeys: number;
  /** In order of last use. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { readonly perMinute: number; readonly burst: number; readonly maxKeys: number }) {
    this.#perMs = options.perMinute / 60_000;
    this.#burst = options.burst;
    this.#maxKeys = options.maxKeys;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token, or says in how many whole seconds there is one. `nowMs` is monotonic. */
  take(key: string, nowMs: number): Result<null, number> {
    const bucket = this.#refilled(key, nowMs);
    if (bucket === null) return err(this.#secondsFor(1));
    if (bucket.tokens < 1) return err(this.#secondsFor(1 - bucket.tokens));
    bucket.tokens -= 1;
    return ok(null);
  }

  /** Like `take`, but takes nothing and remembers nothing. */
  peek(key: string, nowMs: number): Result<null, number> {
    const bucket = this.#buckets.get(key);
    const tokens = bucket === undefined ? this.#burst : this.#tokensAt(bucket, nowMs);
    return tokens < 1 ? err(this.#secondsFor(1 - tokens)) : ok(null);
  }

  #refilled(key: string, nowMs: number): Bucket | null {
    const known = this.#buckets.get(key);
    if (known === undefined && !this.#makeRoom(nowMs)) return null;
    const bucket = known ?? { tokens: this.#burst, atMs: nowMs };
    bucket.tokens = this.#tokensAt(bucket, nowMs);
    bucket.atMs = nowMs;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#buckets.size < this.#maxKeys) return true;
    let looked = 0;
    for (const [key, bucket] of this.#buckets) {
      if (looked >= EVICTION_CANDIDATES) return false;
      looked += 1;
      if (this.#tokensAt(bucket, nowMs) < this.#burst) continue;
      this.#buckets.delete(key);
      return true;
    }
    return false;
  }

  #tokensAt(bucket: Bucket, nowMs: number): number {
    return Math.min(this.#burst, bucket.tokens + Math.max(0, nowMs - bucket.atMs) * this.#perMs);
  }

  #secondsFor(tokens: number): number {
    return Math.max(1, Math.ceil(tokens / this.#perMs / 1000));
  }
}
