// POST exec: a command, its output and its end as JSON lines. A client that goes away lets go of the command, which runs on.

import { execRequestSchema } from '../../model/node-protocol.ts';
import type { ExecFrame } from '../../model/node-protocol.ts';
import type { Route } from '../../model/node-routes.ts';
import { openJsonLines } from './json-lines.ts';
import { readBodyAs, readQuery } from './read-request.ts';
import { type Exchange, logFault } from './exchange.ts';

export async function serveExec(exchange: Exchange, route: Route): Promise<void> {
  const { server, request, response, signal } = exchange;
  const lines = openJsonLines<ExecFrame>(response);
  try {
    readQuery(request, 'exec'); // there is none
    const body = { schema: execRequestSchema, what: 'the exec request' };
    const { sessionUid, caller, command } = await readBodyAs(request, body, signal);
    const session = await server.open({ ...route, uid: sessionUid, caller }, signal);
    await session.exec(command, (frame) => lines.write(frame), signal);
    lines.end();
  } catch (thrown) {
    if (!signal.aborted) logFault(server.log, thrown);
    lines.fail(thrown);
  }
}
