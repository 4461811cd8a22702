// OrphanRemoved events. The session is gone, or has left a node that is no more, so the node tells it; many at once, after a restart for example, are told together.

import { writeNodeEvent } from '../../kube/node-event.ts';
import type { KubeClient } from '../../kube/kube-client.ts';
import { asOperatorError } from '../../lib/errors.ts';
import type { ObservedContainer } from '../../model/container.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

const TOGETHER_MS = 2_000;
const MOST_NAMES = 10;

/** Best effort, as all events are: the log has every one of them. */
export function createOrphanEvents(
  options: { readonly client: KubeClient; readonly nodeName: string; readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): (container: ObservedContainer) => void {
  const { client, nodeName, clock, log } = options;
  let removed: string[] = [];
  let isRenamed = false;

  const tell = async (): Promise<void> => {
    await clock.sleep(TOGETHER_MS, signal);
    const message = orphanText(removed, isRenamed);
    removed = [];
    isRenamed = false;
    await writeNodeEvent(client, { nodeName, reason: 'OrphanRemoved', message, nowMs: clock.nowMs() }, signal);
  };

  return ({ id, spec }) => {
    isRenamed ||= spec.identity.node !== nodeName;
    removed.push(`${id.slice(0, 12)} of ${spec.identity.namespace}/${spec.identity.name}`);
    if (removed.length > 1) return;
    tell().catch((thrown: unknown) => {
      if (!signal.aborted) log.debug('event not written', { error: asOperatorError(thrown).message });
    });
  };
}

/** `isRenamed`: some of them were made under a former name of the node. */
function orphanText(removed: readonly string[], isRenamed: boolean): string {
  const more = removed.length > MOST_NAMES ? ` and ${removed.length - MOST_NAMES} more` : '';
  const names = removed.slice(0, MOST_NAMES).join(', ');
  const whose =
    removed.length === 1 ? 'a container whose session is' : `${removed.length} containers whose sessions are`;
  const why = isRenamed ? 'gone, or not on the node any more that this machine was before' : 'gone';
  return `removed ${whose} ${why}: ${names}${more}`;
}
