// Signals to this program are meant for the command in the session. Before it runs they end the attempt; a second one kills the
// command; a third one does not wait for an answer.

import { OperatorError } from '../../../lib/errors.ts';
import type { ExecChannel } from '../../../ports/node-access.ts';
import { exitCodeOfSignal } from '../../exit-codes.ts';
import { type Console, STOP_SIGNALS, type StopSignal } from '../session-client.ts';

export interface ForwardedSignals {
  /** Aborted when nobody waits any more. */
  readonly abandon: AbortSignal;
  /** Rejects then; never resolves. */
  readonly abandoned: Promise<never>;
  to(channel: ExecChannel): void;
  /** Of this program once `abandon` is aborted. */
  exitCode(): number;
  stop(): void;
}

export function forwardSignals(console: Console): ForwardedSignals {
  const controller = new AbortController();
  let channel: ExecChannel | null = null;
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  abandoned.catch(() => {}); // most commands are waited for
  const giveUp = (name: StopSignal): void => {
    const reason = new OperatorError('cancelled', `stopped by ${name}`);
    controller.abort(reason);
    reject(reason);
  };
  let seen = 0;
  let last: number = STOP_SIGNALS.SIGINT;
  const stop = console.onSignal((name) => {
    last = STOP_SIGNALS[name];
    if (channel === null) return giveUp(name);
    seen += 1;
    if (seen === 1) return channel.sendSignal(last);
    if (seen === 2) return channel.kill();
    return giveUp(name);
  });
  return {
    abandon: controller.signal,
    abandoned,
    to: (opened) => {
      channel = opened;
    },
    exitCode: () => exitCodeOfSignal(last),
    stop,
  };
}
