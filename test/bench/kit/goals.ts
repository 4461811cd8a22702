// What is measured and what is asked of it: the goals of performance.md 10 that this bench knows, by their numbers. A goal with
// two figures has two rows.

export interface Goal {
  readonly id: string;
  readonly what: string;
  /** The figure that must be met and the one that is aimed at; null: the row is a report. */
  readonly must: number | null;
  readonly aim: number | null;
  readonly better: 'lower' | 'higher';
  /** A count has no noise: it needs no A/A row and no number of pairs. */
  readonly kind: 'ratio' | 'count';
}

const ratio = (id: string, what: string, must: number, aim: number): Goal => ({
  id,
  what,
  must,
  aim,
  better: 'lower',
  kind: 'ratio',
});
const count = (id: string, what: string, must: number, aim: number): Goal => ({
  ...ratio(id, what, must, aim),
  kind: 'count',
});
const report = (id: string, what: string, kind: Goal['kind']): Goal => ({
  id,
  what,
  must: null,
  aim: null,
  better: 'lower',
  kind,
});

export const GOALS = {
  start: ratio('1', 'controller, desired state to recorded / raw create+start', 1.2, 1.1),
  startOverCli: ratio('2', 'controller, desired state to recorded / docker run -d', 1.05, 0.95),
  ready: ratio('3', 'CR created to Ready seen / (raw create+start + null controller)', 1.3, 1.15),
  hardening: ratio('4', 'hardened / plain container, create+start', 1.1, 1.05),
  exec: ratio('8', 'command by engine exec through the controller / raw exec', 1.2, 1.1),
  initExec: ratio('9', 'command by the session init through the node API / raw exec', 0.2, 0.1),
  initExecAlone: report('9b', "the same without the node API, by the controller's adapter / raw exec", 'ratio'),
  mcpEcho: ratio('10', 'MCP tools/call of echo, end to end / docker exec', 0.3, 0.15),
  delete: ratio('13a', 'controller, deletion seen to recorded / DELETE ?force=1', 1.2, 1.1),
  teardown: { ...ratio('13b', 'teardown rate / bare loop', 0.85, 0.95), better: 'higher' },
  sessionMemory: count('21', 'memory of a session / the same bare container', 1.15, 1.05),
  webhookCpu: ratio('14a', 'webhook server CPU per decision / empty TLS server', 2.5, 1.8),
  webhookTail: ratio('14b', 'webhook p99 at 16 in flight / empty TLS server', 2.5, 1.6),
  webhookNewCpu: report('14c', 'the same as 14a for specs that it has not seen', 'ratio'),
  cacheMemory: count('15', 'RSS growth for 10,000 sessions / client-node informer', 0.75, 0.55),
  cacheHeap: count('16', 'heap held per session / its JSON', 0.8, 0.5),
  resyncBlock: ratio('17', 'longest block of a resync of 10,000 / JSON.parse of the whole list', 0.5, 0.25),
  resyncCpu: ratio('18', 'CPU of a resync of 10,000 without a change / paging and parsing alone', 1.5, 1.2),
  coldWrites: count('19a', 'API writes of a cold session, worst', 4, 3),
  deleteWrites: count('19b', 'API writes of a deletion, worst', 2, 1),
  eventWrites: report('19c', 'Event writes of a session life, mean', 'count'),
  coldCalls: count('20a', 'engine calls of a cold session, worst', 5, 3),
  steadyInspects: count('20b', 'inspects per steady hour and session', 0, 0),
  firstOutput: ratio('24', "cold session to its first command's output / raw create+start+exec", 0.95, 0.85),
  fileMemory: count('25', 'growth of the controller over 1 GiB up and down, MiB', 64, 32),
  outputOverCap: count('26', 'bytes that reach the client of 50 MB of output / cap', 1.05, 1),
  rules: count('28', 'all session rules on an ordinary spec, median us', 100, 50),
  rulesTail: report('28b', 'the same, 99th percentile', 'count'),
  rulesLargest: report('28c', 'all session rules on a spec as large as the schema allows, median us', 'count'),
  goneMedian: count('29', 'delete to gone, median ms', 500, 250),
  goneTail: count('29b', 'the same, 99th percentile, with twenty at once', 5_000, 1_000),
  goneDeaf: count('29c', 'the same for a program that ignores SIGTERM, worst ms', 7_000, 6_000),
  restart: count('30', 'restart of a controller until all is as it should be, s', 60, 10),
  restartMemory: count('30b', 'its resident set then, MiB', 256, 160),
  restartRequests: count('30c', 'requests to the API server per second until then', 20, 5),
  restartWrites: count('30d', 'sessions written although nothing had changed', 0, 0),
  soakMemory: count('31', 'growth of a controller per life of a session, KiB', 64, 16),
  soakFiles: count('31b', 'open files more than before', 4, 0),
  soakResources: count('31c', 'timers, sockets and requests more than before', 4, 0),
  manyCommands: report('27', '200 commands at once on 200 sessions / one', 'ratio'),
} as const satisfies Record<string, Goal>;
