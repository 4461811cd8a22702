// A client of the API server whose network a test cuts: what was under way is lost, what is asked for fails, and nothing gets through
// until it is mended.

import type { KubeClient } from '../../../src/kube/kube-client.ts';
import { OperatorError } from '../../../src/lib/errors.ts';

export interface CutClient extends KubeClient {
  cut(): void;
  mend(): void;
}

export function cutClient(client: KubeClient): CutClient {
  let line = new AbortController();
  const within = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, line.signal]);
  const fault = (): OperatorError => new OperatorError('unavailable', 'the network is cut');
  const orFault = async <T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => {
    if (line.signal.aborted) throw fault();
    try {
      return await work(within(signal));
    } catch (thrown) {
      if (line.signal.aborted && !signal.aborted) throw fault();
      throw thrown;
    }
  };
  return {
    ...client,
    request: (request, signal) => orFault((limited) => client.request(request, limited), signal),
    stream: (request, signal) => orFault((limited) => client.stream(request, limited), signal),
    cut: () => line.abort(fault()),
    mend: () => {
      line = new AbortController();
    },
  };
}
