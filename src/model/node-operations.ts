// What a client of the node protocol can do in a session, and the right that each operation needs. The verb comes from the
// operation, never from an HTTP method (security.md 7); both servers of the protocol and the use cases read it here.

import type { AccessRequest } from './caller.ts';

const RUN = { verb: 'create', subresource: 'exec' } as const;
const READ_FILES = { verb: 'get', subresource: 'files' } as const;
const CHANGE_FILES = { verb: 'update', subresource: 'files' } as const;

export const OPERATION_RIGHTS = {
  exec: RUN,
  openExec: RUN,
  listExecs: RUN,
  execRecord: RUN,
  execOutput: RUN,
  execInput: RUN,
  execKill: RUN,
  logs: { verb: 'get', subresource: 'log' },
  fileStat: READ_FILES,
  fileList: READ_FILES,
  fileRead: READ_FILES,
  fileWrite: CHANGE_FILES,
  fileMakeDirectory: CHANGE_FILES,
  fileRemove: CHANGE_FILES,
  forward: { verb: 'create', subresource: 'portforward' },
} as const satisfies Readonly<Record<string, Pick<AccessRequest, 'verb' | 'subresource'>>>;

export type OperationName = keyof typeof OPERATION_RIGHTS;
