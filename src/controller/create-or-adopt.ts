// A create whose answer was lost has probably happened (security.md 0.4): it is looked for by its name, which only we give.

import { asOperatorError, type FaultKind } from '../lib/errors.ts';
import { containerNameOf } from '../model/names.ts';
import type { Step } from '../plan/step.ts';
import type { PerformDependencies, Target } from './perform.ts';

/** After these nobody can tell whether the container exists: the answer was lost on the way, or never came. */
const UNDECIDED: ReadonlySet<FaultKind> = new Set(['timeout', 'unavailable', 'internal', 'cancelled']);

/** A taken name is either our own earlier attempt, whose answer was lost, or somebody else's container, which is left alone. */
export async function createOrAdopt(
  deps: PerformDependencies,
  step: Extract<Step, { do: 'create' }>,
  target: Target,
  signal: AbortSignal,
): Promise<void> {
  const { key, memory } = target;
  try {
    memory.referencesReadable = false;
    memory.workspaceReady = false;
    memory.initVolume = null; // it can be collected once no container uses it
    const { id } = await deps.engine.create(step.spec, signal);
    deps.view.add(key, id);
  } catch (thrown) {
    const { kind } = asOperatorError(thrown);
    if (kind !== 'already-exists' && !UNDECIDED.has(kind)) {
      memory.hostPaths = null; // the next try may be long after this look
      memory.attachments = null;
      throw thrown;
    }
    const name = containerNameOf(step.spec.identity);
    // Until the name was looked at, no other look at this session may take it for one without a container.
    deps.view.doubt(key, name);
    const found = signal.aborted ? null : await deps.engine.inspect(name, signal).catch(() => null); // the doubt stays
    if (found === null) {
      memory.hostPaths = null; // as above
      memory.attachments = null;
      throw thrown;
    }
    if (found.ours) deps.view.add(key, found.container.id);
    else memory.nameTakenBy = found.id;
  }
}
