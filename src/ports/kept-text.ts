// One small text that outlives the process.

export interface KeptText {
  /** Where it is, for messages. */
  readonly place: string;
  /** null when there is none. Rejects with OperatorError when it is there and cannot be read, or is larger than it may be. */
  read(): Promise<string | null>;
  /** Replaces the whole text: afterwards, and after a crash at any moment, there is the old one or the new one. Durable when it resolves. */
  replace(text: string): Promise<void>;
}
