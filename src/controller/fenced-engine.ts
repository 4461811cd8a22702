// The engine as one holder of the node's lease may use it: looks are free, and everything else asks first whether the node is
// still ours. A process that was frozen and woke up is refused here before any of its timers has run (security.md F2).

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

/** `requireOurs` throws when the node is not ours any more; it is asked just before each call. */
export function fenceEngine(engine: ContainerEngine, requireOurs: () => void): ContainerEngine {
  return new Proxy(engine, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = member.bind(target) as (...given: readonly unknown[]) => unknown; // a method of the port: arguments pass through
      if (typeof name !== 'string' || LOOKS.has(name)) return call;
      return async (...given: readonly unknown[]): Promise<unknown> => {
        requireOurs();
        return call(...given);
      };
    },
  });
}
