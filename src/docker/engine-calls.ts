// Every call that may leave this process for the Docker Engine (requirements.md 9.5), with its deadline. The table is the law:
// the client can only send its rows, and the guard in guarded-modem.ts refuses whatever is not one of them.

type Target = 'none' | 'container' | 'exec' | 'image';

interface CallShape {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** "{}" stands for the target. */
  readonly path: string;
  readonly target: Target;
  /** The only query parameters that may be sent. */
  readonly query: readonly string[];
  readonly body: boolean;
  /** Until the answer is complete; for a stream until its head has come. 0 means none: the caller's signal alone ends it. */
  readonly deadlineMs: number;
  /** For messages: "Docker could not <doing> <target>". */
  readonly doing: string;
}

const noBody = { query: [], body: false } as const;

// A start sends no body: on old API versions one replaces the whole host config (security.md 0.3). A pull sends no
// `fromSrc`: that would be an import. Removal has no `link`. Events have no deadline: 20.10 sends the head of the answer
// together with the first event.
export const ENGINE_CALLS = {
  ping: { method: 'GET', path: '/_ping', target: 'none', ...noBody, deadlineMs: 5_000, doing: 'answer a ping' },
  version: { method: 'GET', path: '/version', target: 'none', ...noBody, deadlineMs: 5_000, doing: 'tell its version' },
  info: { method: 'GET', path: '/info', target: 'none', ...noBody, deadlineMs: 10_000, doing: 'describe itself' },
  events: {
    method: 'GET',
    path: '/events',
    target: 'none',
    query: ['filters', 'since'],
    body: false,
    deadlineMs: 0,
    doing: 'send events',
  },
  imageInspect: {
    method: 'GET',
    path: '/images/{}/json',
    target: 'image',
    ...noBody,
    deadlineMs: 10_000,
    doing: 'inspect image',
  },
  imagePull: {
    method: 'POST',
    path: '/images/create',
    target: 'none',
    query: ['fromImage', 'tag'],
    body: false,
    deadlineMs: 600_000,
    doing: 'pull an image',
  },
  containerCreate: {
    method: 'POST',
    path: '/containers/create',
    target: 'none',
    query: ['name'],
    body: true,
    deadlineMs: 60_000,
    doing: 'create a container',
  },
  containerList: {
    method: 'GET',
    path: '/containers/json',
    target: 'none',
    query: ['all', 'filters'],
    body: false,
    deadlineMs: 30_000,
    doing: 'list containers',
  },
  containerInspect: {
    method: 'GET',
    path: '/containers/{}/json',
    target: 'container',
    ...noBody,
    deadlineMs: 10_000,
    doing: 'inspect container',
  },
  containerStart: {
    method: 'POST',
    path: '/containers/{}/start',
    target: 'container',
    ...noBody,
    deadlineMs: 60_000,
    doing: 'start container',
  },
  containerStop: {
    method: 'POST',
    path: '/containers/{}/stop',
    target: 'container',
    query: ['t'],
    body: false,
    deadlineMs: 30_000,
    doing: 'stop container',
  },
  containerKill: {
    method: 'POST',
    path: '/containers/{}/kill',
    target: 'container',
    ...noBody,
    deadlineMs: 15_000,
    doing: 'kill container',
  },
  containerRemove: {
    method: 'DELETE',
    path: '/containers/{}',
    target: 'container',
    query: ['force', 'v'],
    body: false,
    deadlineMs: 60_000,
    doing: 'remove container',
  },
  execCreate: {
    method: 'POST',
    path: '/containers/{}/exec',
    target: 'container',
    query: [],
    body: true,
    deadlineMs: 10_000,
    doing: 'prepare a command in container',
  },
  execStart: {
    method: 'POST',
    path: '/exec/{}/start',
    target: 'exec',
    query: [],
    body: true,
    deadlineMs: 15_000,
    doing: 'start the command with id',
  },
  execInspect: {
    method: 'GET',
    path: '/exec/{}/json',
    target: 'exec',
    ...noBody,
    deadlineMs: 10_000,
    doing: 'inspect the command with id',
  },
} as const satisfies Record<string, CallShape>;

export type EngineCallName = keyof typeof ENGINE_CALLS;
export type EngineDeadlines = Readonly<Partial<Record<EngineCallName, number>>>;

/** One line of what went out, for counting in tests: the path has no version and no query. */
export type OnEngineCall = (method: string, path: string) => void;

// Each part starts with a letter or digit, so no target can hold "..", "?", "#" or "%" and point at another call.
const TARGETS: Readonly<Record<Exclude<Target, 'none'>, RegExp>> = {
  container: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/,
  exec: /^[0-9a-f]{64}$/,
  image: /^[A-Za-z0-9][\w.-]*(?::[\w.-]+)?(?:\/[A-Za-z0-9][\w.-]*)*(?::[\w][\w.-]*)?(?:@sha256:[0-9a-f]{64})?$/,
};

/** Whether `target` may stand in the path of this call. */
export function isTargetOf(name: EngineCallName, target: string): boolean {
  const kind: Target = ENGINE_CALLS[name].target;
  return kind === 'none' ? target === '' : TARGETS[kind].test(target);
}

/** The row that allows this request; null when none does and it must not leave. */
export function allowedCall(request: {
  readonly method: string;
  readonly path: string;
  readonly queryKeys: readonly string[];
  readonly hasBody: boolean;
}): EngineCallName | null {
  const names = Object.keys(ENGINE_CALLS) as EngineCallName[]; // the keys of a constant object
  const found = names.find((name) => {
    const call: CallShape = ENGINE_CALLS[name];
    const fits = call.method === request.method && isTargetOf(name, targetIn(call.path, request.path) ?? '\0');
    return fits && request.queryKeys.every((key) => call.query.includes(key)) && (call.body || !request.hasBody);
  });
  return found ?? null;
}

/** What stands for "{}" in `template`; "" where it has none; null when the path is not of that form. */
function targetIn(template: string, path: string): string | null {
  const [head = '', tail] = template.split('{}');
  if (tail === undefined) return path === template ? '' : null;
  if (!path.startsWith(head) || !path.endsWith(tail) || path.length <= head.length + tail.length) return null;
  return path.slice(head.length, path.length - tail.length);
}
