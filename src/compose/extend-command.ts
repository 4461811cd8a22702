// `mcpsession extend` with a connection of its own: it needs the API server alone, not the front end.

import type { ExtendOptions } from '../cli/arguments/extend.ts';
import { extendSession } from '../cli/session/extend.ts';
import { openConnection } from './session-client.ts';

/** Resolves with the sentence for the person. Rejects with OperatorError. */
export async function runExtend(options: ExtendOptions, host: { readonly version: string }): Promise<string> {
  const connection = openConnection(options.connection, `mcpsession-extend/${host.version}`);
  const { namespace, sessions } = connection;
  const wanted = { namespace, name: options.session, extend: options.extend };
  try {
    return await extendSession(wanted, sessions, new AbortController().signal);
  } finally {
    await connection.close();
  }
}
