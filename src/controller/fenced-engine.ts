// The engine as one holder of the node's lease may use it: looks are free, and everything else asks first whether the node is
// still ours. A process that was frozen and woke up is refused here before any of its timers has run (security.md F2). Every call
// ends when the engine is found not to answer.

import type { ContainerEngine } from '../ports/container-engine.ts';

/** Every other call may change something, those that are added later included. */
const LOOKS: ReadonlySet<string> = new Set<keyof ContainerEngine>([
  'ping',
  'facts',
  'inspectImage',
  'inspect',
  'list',
  'attachmentsOf',
  'listAttachments',
  'watchEvents',
]);

export interface Fence {
  /** Throws when the node is not ours any more; asked just before each call that may change something. */
  readonly requireOurs: () => void;
  /** Aborted while the engine is known not to answer: whoever waits for it is told then, and not at the end of his own deadline (F13). */
  readonly presence: () => AbortSignal;
}

export function fenceEngine(engine: ContainerEngine, { requireOurs, presence }: Fence): ContainerEngine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...given: readonly unknown[]) => unknown; // a method of the port: arguments pass through
      const isLook = typeof name === 'string' && LOOKS.has(name);
      return async (...given: readonly unknown[]): Promise<unknown> => {
        if (!isLook) requireOurs();
        return call(...given.slice(0, -1), AbortSignal.any([presence(), given.at(-1) as AbortSignal])); // the last argument of every call
      };
    },
  });
}
