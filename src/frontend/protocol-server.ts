// The node protocol for the CLI and the stdio front end: the bearer speaks for itself here, and the front end names it to the node.
// Reading requests and writing answers is that of the node API (process/node-protocol); what happens in between are the use cases.

import { OperatorError } from '../lib/errors.ts';
import type { Result } from '../lib/result.ts';
import type { Caller } from '../model/caller.ts';
import type { OpenedSession, ProtocolServer } from '../process/node-protocol/opened-session.ts';
import { faultOfToolError } from './fault-mapping.ts';
import type { Services } from './services.ts';
import type { SessionClaim, SessionOperationName } from './session-operations.ts';
import type { ToolError } from './tool-error.ts';

/** One per request: its caller is who the gate let in. */
export function protocolServerFor(caller: Caller, services: Services): ProtocolServer {
  return {
    log: services.parts.log,
    open({ caller: named, namespace, name, uid }) {
      if (named !== null) {
        const message = 'caller must be null: nobody may name somebody else here';
        return Promise.reject(new OperatorError('forbidden', message));
      }
      return Promise.resolve(openSession(services, { caller, claim: { namespace, name, uid } }));
    },
  };
}

/** Each operation asks for rights and session by itself. */
function openSession(
  services: Services,
  { caller, claim }: { readonly caller: Caller; readonly claim: SessionClaim },
): OpenedSession {
  // The compiler does not follow that arguments and outcome of one name belong to the operation of the same name.
  const operation = <Name extends SessionOperationName>(name: Name) =>
    (async (...rest: unknown[]): Promise<unknown> => {
      const act = services[name] as (...given: unknown[]) => Promise<Result<unknown, ToolError>>;
      return required(await act(caller, claim, ...rest));
    }) as OpenedSession[Name];
  return {
    async exec(command, onFrame) {
      // The client's signal is not handed on: aborting it would kill the command, and a lost connection must not. It runs on, holds
      // its claim on the budget, and its frames go nowhere.
      const onEach = (frame: Parameters<typeof onFrame>[0]): void => void onFrame(frame);
      required(await services.exec(caller, { ...claim, command }, onEach, NEVER));
    },
    openExec: operation('openExec'),
    listExecs: operation('listExecs'),
    execRecord: operation('execRecord'),
    execOutput: operation('execOutput'),
    execInput: operation('execInput'),
    execKill: operation('execKill'),
    logs: operation('logs'),
    fileStat: operation('fileStat'),
    fileList: operation('fileList'),
    fileRead: operation('fileRead'),
    fileWrite: operation('fileWrite'),
    fileMakeDirectory: operation('fileMakeDirectory'),
    fileRemove: operation('fileRemove'),
    forward: operation('forward'),
  };
}

const NEVER = new AbortController().signal;

function required<T>(result: Result<T, ToolError>): T {
  if (result.ok) return result.value;
  throw faultOfToolError(result.error);
}
