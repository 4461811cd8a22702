// Every call that may leave this process for the Docker Engine (requirements.md 9.5), with its deadline. The table is the law:
// the client can only send its rows, and the guard in guarded-modem.ts refuses whatever is not one of them.

type Target = 'none' | 'container' | 'exec' | 'image' | 'init-image' | 'network' | 'volume';

/** What a request carries beside its query; a raw body is a tar archive. */
export type BodyKind = 'none' | 'json' | 'tar';

/** The only repository that an image is ever imported to: it holds nothing but the session init. */
export const INIT_REPOSITORY = 'mcpsession/init';

export interface CallShape {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** "{}" stands for the target. */
  readonly path: string;
  readonly target: Target;
  /** The only query parameters that may be sent. */
  readonly query: readonly string[];
  /** Query parameters that must be sent, with just this value. */
  readonly fixedQuery?: Readonly<Record<string, string>>;
  readonly body: BodyKind;
  /** The only fields that a JSON body may have; left out where the adapter prints a closed model. */
  readonly bodyFields?: readonly string[];
  /** The only options that a volume driver may be given. */
  readonly driverOptions?: readonly string[];
  /** The list must be filtered by labels of ours. */
  readonly labelled?: true;
  /** Until the answer is complete; for a stream until its head has come. 0 means none: the caller's signal alone ends it. */
  readonly deadlineMs: number;
  /** For messages: "Docker could not <doing> <target>". */
  readonly doing: string;
}

const noBody = { query: [], body: 'none' } as const;

// A start sends no body: on old API versions one replaces the whole host config (security.md 0.3). A pull sends no
// `fromSrc`: that would be an import, which goes to one repository alone. A volume has no driver options: they can name a host
// path. Removal has no `link`. An attach asks for no logs. Events have no deadline: 20.10 sends the head of the answer together
// with the first event.
export const ENGINE_CALLS = {
  ping: { method: 'GET', path: '/_ping', target: 'none', ...noBody, deadlineMs: 5_000, doing: 'answer a ping' },
  version: { method: 'GET', path: '/version', target: 'none', ...noBody, deadlineMs: 5_000, doing: 'tell its version' },
  info: { method: 'GET', path: '/info', target: 'none', ...noBody, deadlineMs: 10_000, doing: 'describe itself' },
  events: {
    method: 'GET',
    path: '/events',
    target: 'none',
    query: ['filters', 'since'],
    body: 'none',
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
    body: 'none',
    deadlineMs: 600_000,
    doing: 'pull an image',
  },
  imageImport: {
    method: 'POST',
    path: '/images/create',
    target: 'none',
    query: ['tag'],
    fixedQuery: { fromSrc: '-', repo: INIT_REPOSITORY },
    body: 'tar',
    deadlineMs: 60_000,
    doing: 'import the image of the session init',
  },
  imageList: {
    method: 'GET',
    path: '/images/json',
    target: 'none',
    query: ['filters'],
    body: 'none',
    deadlineMs: 30_000,
    doing: 'list images',
  },
  imageRemove: {
    method: 'DELETE',
    path: '/images/{}',
    target: 'init-image',
    ...noBody,
    deadlineMs: 60_000,
    doing: 'remove image',
  },
  volumeCreate: {
    method: 'POST',
    path: '/volumes/create',
    target: 'none',
    query: [],
    body: 'json',
    bodyFields: ['Name', 'Driver', 'DriverOpts', 'Labels'],
    driverOptions: ['size'],
    deadlineMs: 30_000,
    doing: 'create a volume',
  },
  volumeInspect: {
    method: 'GET',
    path: '/volumes/{}',
    target: 'volume',
    ...noBody,
    deadlineMs: 10_000,
    doing: 'inspect volume',
  },
  volumeList: {
    method: 'GET',
    path: '/volumes',
    target: 'none',
    query: ['filters'],
    labelled: true,
    body: 'none',
    deadlineMs: 30_000,
    doing: 'list volumes',
  },
  volumeRemove: {
    method: 'DELETE',
    path: '/volumes/{}',
    target: 'volume',
    ...noBody,
    deadlineMs: 30_000,
    doing: 'remove volume',
  },
  networkCreate: {
    method: 'POST',
    path: '/networks/create',
    target: 'none',
    query: [],
    body: 'json',
    bodyFields: [
      'Name',
      'CheckDuplicate',
      'Driver',
      'Internal',
      'EnableIPv6',
      'Attachable',
      'IPAM',
      'Options',
      'Labels',
    ],
    deadlineMs: 30_000,
    doing: 'create a network',
  },
  networkInspect: {
    method: 'GET',
    path: '/networks/{}',
    target: 'network',
    ...noBody,
    deadlineMs: 10_000,
    doing: 'inspect network',
  },
  networkList: {
    method: 'GET',
    path: '/networks',
    target: 'none',
    query: ['filters'],
    labelled: true,
    body: 'none',
    deadlineMs: 30_000,
    doing: 'list networks',
  },
  networkRemove: {
    method: 'DELETE',
    path: '/networks/{}',
    target: 'network',
    ...noBody,
    deadlineMs: 30_000,
    doing: 'remove network',
  },
  containerCreate: {
    method: 'POST',
    path: '/containers/create',
    target: 'none',
    query: ['name'],
    body: 'json',
    deadlineMs: 60_000,
    doing: 'create a container',
  },
  containerList: {
    method: 'GET',
    path: '/containers/json',
    target: 'none',
    query: ['all', 'filters'],
    body: 'none',
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
    body: 'none',
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
    body: 'none',
    deadlineMs: 60_000,
    doing: 'remove container',
  },
  attach: {
    method: 'POST',
    path: '/containers/{}/attach',
    target: 'container',
    query: ['stream', 'stdin', 'stdout', 'stderr'],
    body: 'none',
    deadlineMs: 10_000,
    doing: 'attach to container',
  },
  execCreate: {
    method: 'POST',
    path: '/containers/{}/exec',
    target: 'container',
    query: [],
    body: 'json',
    deadlineMs: 10_000,
    doing: 'prepare a command in container',
  },
  execStart: {
    method: 'POST',
    path: '/exec/{}/start',
    target: 'exec',
    query: [],
    body: 'json',
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
