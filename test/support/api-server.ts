// A real kube-apiserver with etcd for tests: one shared by a whole vitest run, or one of one's own that may be killed.

import { inject } from 'vitest';

import { type ApiServerAccess, type SharedApiServer, sharedAccess } from './start-api-server.ts';

export { type SharedApiServer, startTestApiServer, type TestApiServer } from './start-api-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    readonly apiServer: ApiServerAccess;
  }
}

/** The one server of this vitest run (global-control-plane.ts starts it). Use a namespace of your own. */
export const sharedApiServer = (): SharedApiServer => sharedAccess(inject('apiServer'));
