// What a test says to the program in the pod, and what that says back.

export interface AgentCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface AgentResult {
  readonly isError: boolean;
  /** All text parts. */
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>> | null;
}
