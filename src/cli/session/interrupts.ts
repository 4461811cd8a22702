// Ctrl-C and friends for commands that can simply stop: the first signal aborts, the second one does not wait.

import { OperatorError } from '../../lib/errors.ts';
import { exitCodeOfSignal } from '../exit-codes.ts';
import { type Console, STOP_SIGNALS } from './session-client.ts';

/**
 * Runs `act` until it ends or somebody stops it. What it returns counts, also after a stop; if it was stopped and rejects, or
 * is stopped a second time, the code is that of the signal.
 */
export async function untilStopped(console: Console, act: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const { promise: secondStop, resolve: stopNow } = Promise.withResolvers<number>();
  let code: number | null = null;
  const stopListening = console.onSignal((name) => {
    if (code !== null) stopNow(code);
    code = exitCodeOfSignal(STOP_SIGNALS[name]);
    controller.abort(new OperatorError('cancelled', `stopped by ${name}`));
  });
  try {
    return await Promise.race([act(controller.signal), secondStop]);
  } catch (thrown) {
    if (code !== null) return code;
    throw thrown;
  } finally {
    stopListening();
  }
}
