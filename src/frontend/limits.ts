// Every number that bounds what callers can do to the front end. Defaults are those of requirements.md section 6 and
// security.md 6; what is global is per process, so a chart with several replicas shares it out (design.md 8.23).

export interface FrontendLimits {
  /** HTTP requests per caller: rate over a minute, and how many at once after a pause. */
  readonly requestsPerMinute: number;
  readonly requestBurst: number;
  /** Requests of one caller, and of all, that are being answered at a time. */
  readonly concurrentPerCaller: number;
  readonly concurrent: number;
  readonly execsPerMinute: number;
  readonly allExecsPerMinute: number;
  readonly concurrentExecs: number;
  /** Failed authentications per network (/24, /64). */
  readonly authFailuresPerMinute: number;
  /** Callers, and networks, that are remembered; when all of them are active, newcomers are refused. */
  readonly trackedCallers: number;
  /** Connections of 2025-era clients, which have state here. */
  readonly legacySessions: number;
  readonly legacySessionsPerCaller: number;
  readonly legacyIdleMs: number;
  readonly mcpBodyBytes: number;
}

export const DEFAULT_FRONTEND_LIMITS: FrontendLimits = Object.freeze({
  requestsPerMinute: 1200,
  requestBurst: 200,
  concurrentPerCaller: 32,
  concurrent: 512,
  execsPerMinute: 30,
  allExecsPerMinute: 300,
  concurrentExecs: 50,
  authFailuresPerMinute: 10,
  trackedCallers: 10_000,
  legacySessions: 512,
  legacySessionsPerCaller: 8,
  legacyIdleMs: 30 * 60_000,
  mcpBodyBytes: 1024 * 1024,
});
