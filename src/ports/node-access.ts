// The node API as its clients see it.

import type { ExecFrame, ExecRequest } from '../model/node-protocol.ts';

export interface NodeEndpoint {
  readonly url: string;
  readonly caPem: string;
}

export interface NodeAccess {
  /** Streams frames until the exit frame. Aborting `signal` kills the command. Rejects with OperatorError of the kind the node API answered. */
  exec(
    endpoint: NodeEndpoint,
    session: { readonly namespace: string; readonly name: string },
    request: ExecRequest,
    onFrame: (frame: ExecFrame) => void,
    signal: AbortSignal,
  ): Promise<void>;
}
