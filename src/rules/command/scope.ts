// What a shell knows at one place of a script: its directory, its variables, its positional parameters. A subshell gets a copy.

/** Longer values are not followed: a script could double one with every line. */
const MAX_VALUE_LENGTH = 1024;
const MAX_VARIABLES = 256;

export class Scope {
  /** Clean segments below the root; null when it is not known. */
  directory: readonly string[] | null;
  positional: readonly string[];
  #variables: ReadonlyMap<string, string | null>;

  constructor(given: {
    readonly directory: readonly string[] | null;
    readonly positional: readonly string[];
    /** null: set to something that is not known. */
    readonly variables: ReadonlyMap<string, string | null>;
  }) {
    this.directory = given.directory;
    this.positional = given.positional;
    this.#variables = given.variables;
  }

  copy(positional: readonly string[] = this.positional): Scope {
    return new Scope({ directory: this.directory, positional, variables: this.#variables });
  }

  /** undefined: never set here; null: not known. */
  variable(name: string): string | null | undefined {
    return this.#variables.get(name);
  }

  assign(name: string, value: string | null): void {
    const known = value !== null && value.length <= MAX_VALUE_LENGTH ? value : null;
    if (this.#variables.size >= MAX_VARIABLES && !this.#variables.has(name)) return;
    this.#variables = new Map(this.#variables).set(name, known);
  }
}
