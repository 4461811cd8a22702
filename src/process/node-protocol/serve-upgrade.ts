// Requests that leave HTTP: an interactive command, a port forward. Until the 101 every refusal is an ordinary answer.

import { asOperatorError, OperatorError } from '../../lib/errors.ts';
import { FORWARD_PROTOCOL, STREAM_PROTOCOL } from '../../model/node-routes.ts';
import type { Upgrade } from '../http-upgrade.ts';
import { bridge } from './bridge.ts';
import { logFault, openFor } from './exchange.ts';
import { sendFault } from './json-lines.ts';
import type { ProtocolServer } from './opened-session.ts';
import { readInteractiveCommand, readQuery, requireRoute } from './read-request.ts';
import { serveInteractive } from './serve-interactive.ts';
import { OUTPUT_LIMITS, STREAM_LIMITS } from './stream-limits.ts';

/** Resolves when the connection, or its refusal, is over; never rejects. */
export async function serveUpgrade(server: ProtocolServer, upgrade: Upgrade): Promise<void> {
  try {
    await dispatch(server, upgrade);
  } catch (thrown) {
    if (!upgrade.closed.aborted) logFault(server.log, thrown);
    sendFault(upgrade.response, asOperatorError(thrown));
  }
}

async function dispatch(server: ProtocolServer, upgrade: Upgrade): Promise<void> {
  const { request, closed } = upgrade;
  const route = requireRoute(request);
  const exchange = { server, request, signal: closed };
  switch (route.operation) {
    case 'openExec': {
      requireProtocol(upgrade, STREAM_PROTOCOL);
      const { uid } = readQuery(request, 'openExec');
      const command = readInteractiveCommand(request);
      const session = await openFor(exchange, { ...route, uid });
      const channel = await session.openExec(command, closed);
      const limits = command.stdin ? STREAM_LIMITS : OUTPUT_LIMITS;
      return serveInteractive(upgrade.accept(STREAM_PROTOCOL), channel, server.log, limits);
    }
    case 'forward': {
      requireProtocol(upgrade, FORWARD_PROTOCOL);
      const { uid, port } = readQuery(request, 'forward');
      const session = await openFor(exchange, { ...route, uid });
      const inner = await session.forward(port, closed);
      return bridge(upgrade.accept(FORWARD_PROTOCOL), inner);
    }
    default:
      throw new OperatorError('invalid', 'this operation is served without Connection: Upgrade');
  }
}

function requireProtocol({ request }: Upgrade, protocol: string): void {
  if (request.headers.upgrade?.trim().toLowerCase() === protocol) return;
  throw new OperatorError('invalid', `this operation is served over Upgrade: ${protocol}`);
}
