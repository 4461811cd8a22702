// The place in a script that is being parsed, and the first problem. A problem moves the place to the end, so that every loop of the
// parser ends by itself.

const MAX_DEPTH = 48;
/** Commands, words and their parts; a script of a hundred lines has about a thousand. Bounds the time that parsing takes. */
const MAX_PARTS = 6000;

export class Cursor {
  readonly text: string;
  at = 0;
  problem: string | null = null;
  readonly #spent: { parts: number };
  #depth = 0;

  /** A text inside of another one, for example that of backticks, spends from the same budget. */
  constructor(text: string, around: Cursor | null = null) {
    this.text = text;
    this.#spent = around === null ? { parts: 0 } : around.#spent;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  /** "" at the end. */
  get char(): string {
    return this.text.charAt(this.at);
  }

  /** The problem is the end of a sentence: "an open quote". */
  fail(problem: string): void {
    this.problem ??= problem;
    this.at = this.text.length;
  }

  startsWith(prefix: string): boolean {
    return this.text.startsWith(prefix, this.at);
  }

  /** Steps over the prefix when it is there. */
  take(prefix: string): boolean {
    if (!this.startsWith(prefix)) return false;
    this.at += prefix.length;
    return true;
  }

  /** What the sticky expression finds here, stepped over; "" for nothing. The expression must need no backtracking. */
  match(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** The same without a step. */
  peek(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    return sticky.exec(this.text)?.[0] ?? '';
  }

  count(parts = 1): void {
    this.#spent.parts += parts;
    if (this.#spent.parts > MAX_PARTS) this.fail('more parts than are judged');
  }

  nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.fail('deeper nesting than is judged');
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }
}
