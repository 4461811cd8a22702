// GET logs: lines of the main command as JSON lines, then where the next call begins. Heartbeats while nothing is written.

import type { LogFrame } from '../../model/node-protocol.ts';
import type { Route } from '../../model/node-routes.ts';
import { openJsonLines } from './json-lines.ts';
import { readQuery } from './read-request.ts';
import { type Exchange, logFault, openFor } from './exchange.ts';

export async function serveLogs(exchange: Exchange, route: Route): Promise<void> {
  const { server, request, response, signal } = exchange;
  const lines = openJsonLines<LogFrame>(response);
  try {
    const { uid, query } = readQuery(request, 'logs');
    const session = await openFor(exchange, { ...route, uid });
    if (query.follow) lines.start(); // whoever follows learns at once that it may
    const end = await session.logs(query, (line) => lines.write({ type: 'line', line }), signal);
    await lines.write({ type: 'end', ...end });
    lines.end();
  } catch (thrown) {
    if (!signal.aborted) logFault(server.log, thrown);
    lines.fail(thrown);
  }
}
