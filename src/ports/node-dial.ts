// How bytes get to an endpoint whose name means nothing where this process runs, as a port: who speaks HTTP with the endpoint knows nothing
// of API servers.

import type { Duplex } from 'node:stream';

/**
 * A connection of its own to host and port of `url`, below TLS; null: connect by the name, as to any server. The caller destroys it.
 * Rejects with OperatorError when there is no way.
 */
export type NodeDial = (url: URL, signal: AbortSignal) => Promise<Duplex | null>;
