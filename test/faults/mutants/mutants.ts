// Twelve bugs that controllers have had (security.md 3.5), as replacements in the sources of this one: the harness and the simulation have
// to catch each. Where this controller has a second line of defence that would hide the bug, the replacement takes that away too, and says so.

import { join } from 'node:path';
import type { Replacement } from '../bundle.ts';

/** One plan per mutant, named by its id, that catches it; every sweep runs them. */
export const AIMED_PLANS = join(import.meta.dirname, 'plans');

export interface Mutant {
  readonly id: string;
  /** The bug, and what it is the nearest thing to where this controller has no such place. */
  readonly why: string;
  /** Invariants of which at least one should show it. */
  readonly breaks: readonly string[];
  readonly replacements: readonly Replacement[];
}

const NEXT_STEP = 'src/plan/next-step.ts';
const PERFORM = 'src/controller/perform.ts';
const REFLECTOR = 'src/kube/reflector.ts';

/** What ends the container of a deleted session, ahead of the finalizer; three mutants ask for it too seldom or too late. */
const END_FIRST = "return waitOr(seen, 'Deleting', endContainer(own, session.spec));";

/** The look by name before the finalizer goes: the last line of defence of every mutant that lets a session go too early. */
const WITHOUT_LAST_LOOK: Replacement = {
  file: PERFORM,
  find: "if (step.do === 'removeFinalizer' && (await isLeft(deps, target.key, session, signal))) return;",
  replace: 'void isLeft;',
};

export const MUTANTS: readonly Mutant[] = [
  {
    id: 'name-not-uid',
    why: 'what is remembered and written counts for whatever session has the name now, without the UID and resourceVersion that were seen',
    breaks: ['I3', 'I4'],
    replacements: [
      {
        file: 'src/kube/session-store.ts',
        find: 'const metadata = { namespace, name, uid, resourceVersion };',
        replace: 'const metadata = { namespace, name };\n      void uid;\n      void resourceVersion;',
      },
      {
        file: 'src/kube/session-store.ts',
        find: 'metadata: { uid: meta.uid, resourceVersion: meta.resourceVersion, finalizers }',
        replace: 'metadata: { finalizers }',
      },
      {
        file: 'src/controller/session-memory.ts',
        find: 'if (known?.uid === uid) return known;',
        replace: 'if (known !== undefined) return known;',
      },
    ],
  },
  {
    id: 'skip-adopt',
    why: 'a controller that starts does not take over the containers that it finds, and the later list does not add them',
    breaks: ['I3', 'I1'],
    replacements: [
      {
        file: 'src/controller/container-view.ts',
        find: 'for (const summary of containers) touch(sessionKeyOf(summary), summary.id);\n      synced = true;',
        replace: 'void containers;\n      synced = true;',
      },
      {
        file: 'src/controller/container-view.ts',
        find: 'if (byKey.get(key)?.has(summary.id) !== true) look(key, summary.id);',
        replace: 'void key;',
      },
    ],
  },
  {
    id: 'trust-status-id',
    why: 'a deleted session has the container that its status names, and no other',
    breaks: ['I5', 'I1', 'I10'],
    replacements: [
      {
        file: NEXT_STEP,
        find: `if (own !== null) ${END_FIRST}`,
        replace: `if (own !== null && own.id === session.status.container?.id) ${END_FIRST}`,
      },
    ],
  },
  {
    id: 'no-relist-on-410',
    why: 'a watch that has expired goes on from the present without a list; the list of every 30 s, which would find what was missed, is taken away',
    breaks: ['I5', 'I3', 'I4'],
    replacements: [
      {
        file: REFLECTOR,
        find: "if (fault.kind === 'expired' || !POSITION_KEEPING.has(fault.kind)) position = null;",
        replace:
          "if (fault.kind === 'expired') position = await listObjects(client, options, () => {}, signal);\n    else if (!POSITION_KEEPING.has(fault.kind)) position = null;",
      },
      {
        file: REFLECTOR,
        find: 'if (position === null || clock.monotonicMs() - listedAtMs >= limits.relistEveryMs)',
        replace: 'if (position === null)',
      },
    ],
  },
  {
    id: 'cache-miss-is-absence',
    why: 'nearest to "forget the creation grace", which this controller does not need because it asks the API server: what the cache does not hold does not exist',
    breaks: ['I7', 'I3'],
    replacements: [
      {
        file: 'src/controller/reconcile.ts',
        find: 'const session = await deps.store.read(reference, signal);',
        replace: 'const session = null as never;',
      },
    ],
  },
  {
    id: 'finalizer-first',
    why: 'the finalizer goes before the container does; without the look by name that would notice',
    breaks: ['I5', 'I1'],
    replacements: [
      WITHOUT_LAST_LOOK,
      {
        file: NEXT_STEP,
        find: `if (own !== null) ${END_FIRST}`,
        replace: `if (session.meta.finalizers.includes(FINALIZER)) return act({ do: 'removeFinalizer' });\n  if (own !== null) ${END_FIRST}`,
      },
    ],
  },
  {
    id: 'new-name-on-retry',
    why: 'a create without an answer is tried again under another name, and names are judged by their beginning',
    breaks: ['I2', 'I9', 'I3'],
    replacements: [
      {
        file: 'src/controller/create-or-adopt.ts',
        find: "if (kind !== 'already-exists' && !UNDECIDED.has(kind)) {",
        replace: `if (UNDECIDED.has(kind)) {
      const again = { ...step.spec, containerName: step.spec.containerName + '-' + String(deps.clock.nowMs()) };
      deps.view.add(key, (await deps.engine.create(again as typeof step.spec, signal)).id);
      return;
    }
    if (kind !== 'already-exists' && !UNDECIDED.has(kind)) {`,
      },
      {
        file: 'src/plan/identity.ts',
        find: 'return container.spec.containerName === containerNameOf(want) && sameJson(has, want);',
        replace: 'return container.spec.containerName.startsWith(containerNameOf(want)) && sameJson(has, want);',
      },
      {
        file: 'src/plan/identity.ts',
        find: '  spec.containerName === containerNameOf(spec.identity);',
        replace: '  spec.containerName.startsWith(containerNameOf(spec.identity));',
      },
    ],
  },
  {
    id: 'reap-by-finished-at',
    why: 'a container that has not run yet counts as one that ended long ago (docker-gc 127)',
    breaks: ['I3', 'I4'],
    replacements: [
      {
        file: 'src/plan/next-for-container.ts',
        find: 'return whileCreated(seen, session, spec, own);',
        replace:
          'return (own.finishedMs ?? 0) + 60_000 < seen.nowMs ? afterExit(seen, spec, own) : whileCreated(seen, session, spec, own);',
      },
    ],
  },
  {
    id: 'edge-triggered-delete',
    why: 'a deletion is acted on only by a process that has seen the session before it was deleted',
    breaks: ['I5'],
    replacements: [
      {
        file: 'src/controller/reconcile.ts',
        find: 'const decision = memory.unsaid === null ? nextStep(seen) : rest(0, memory.unsaid);',
        replace: `const seenBefore = memory as unknown as { alive?: boolean };
  if (session !== null && session.meta.deletionMs === null) seenBefore.alive = true;
  const isNews = session === null || session.meta.deletionMs === null || seenBefore.alive === true;
  const decision = !isNews ? rest(null) : memory.unsaid === null ? nextStep(seen) : rest(0, memory.unsaid);`,
      },
    ],
  },
  {
    id: 'no-v1',
    why: 'a container is removed without the volumes that the engine made for it; the rule against images that declare volumes is taken away, since sessions could not have any',
    breaks: ['I6'],
    replacements: [
      {
        file: 'src/docker/lifecycle-calls.ts',
        find: "const request = { target: containerId, query: { force: '1', v: '1' } };",
        replace: "const request = { target: containerId, query: { force: '1' } };",
      },
      { file: 'src/plan/image-problems.ts', find: '...volumeProblems(image),', replace: '' },
    ],
  },
  {
    id: 'ignore-busy',
    why: 'a removal that was refused because one is in progress counts as done; without the look by name that would notice',
    breaks: ['I5', 'I1'],
    replacements: [
      WITHOUT_LAST_LOOK,
      {
        file: NEXT_STEP,
        find: `if (own !== null) ${END_FIRST}`,
        replace: `if (own !== null && seen.lastFailure?.act !== 'remove') ${END_FIRST}`,
      },
    ],
  },
  {
    id: 'before-sync',
    why: 'sessions are looked at before the containers of the engine are listed, and a list that is not there yet is empty',
    breaks: ['I3', 'I4'],
    replacements: [
      {
        file: 'src/controller/container-view.ts',
        find: "if (!synced) throw new OperatorError('unavailable', away);",
        replace: 'void away;',
      },
      {
        file: 'src/controller/term.ts',
        find: 'return queue.run(signal);\n    }, ignoreAbort(signal)),',
        replace: '}, ignoreAbort(signal)),\n    queue.run(signal),',
      },
    ],
  },
];

/** Bugs of this controller that real parts have shown, put back: the simulation has to reach each, or it is the simulation that is mended. */
export const FOUND: readonly Mutant[] = [
  {
    id: 'begun-anew',
    why: 'a session that an earlier controller had begun is created on the word of a view that may be old (sweep: W14 B start snapshot@16)',
    breaks: ['I3'],
    replacements: [
      {
        file: 'src/controller/reconcile.ts',
        find: "(step.do === 'create' && !isCurrent)",
        replace: '(isCurrent && false)',
      },
    ],
  },
  {
    id: 'synced-before',
    why: 'a controller whose lease comes back takes the cache of the term before for the sessions of now (node loss, API server silent)',
    breaks: ['ended', 'I3'],
    replacements: [
      {
        file: 'src/controller/term.ts',
        find: 'const caching = cache.run((key) => queue.add(key), signal);',
        replace: '',
      },
      {
        file: 'src/controller/term.ts',
        find: '    caching,\n',
        replace: '    cache.run((key) => queue.add(key), signal),\n',
      },
    ],
  },
];
