// Renewals at random moments around the expiry, with a slow watch, outages and restarts: each session is either expired for good,
// or lives on with its new deadline.

import { expect, test } from 'vitest';
import { seededRandom } from '../../support/seeded-random.ts';
import { aNodeWith, aRunningSession } from './deadline-rig.ts';

const RENEWALS = 1_000;
const TTL_SECONDS = 6;
const EXPIRY_MS = TTL_SECONDS * 1000;
const TOO_LATE_MS = 10_000;
const SESSION = aRunningSession({ lifetime: { ttlSeconds: TTL_SECONDS, idleTimeoutSeconds: 0 } });

interface Plan {
  readonly renewAtMs: number;
  readonly watchDelayMs: number;
  readonly away: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly busy: { readonly fromMs: number; readonly untilMs: number } | null;
  readonly restart: { readonly atMs: number; readonly downMs: number } | null;
}

function planOf(random: () => number): Plan {
  const around = (ms: number) => Math.round(EXPIRY_MS + (random() - 0.6) * ms);
  const fromMs = around(6_000);
  const atMs = around(8_000);
  return {
    renewAtMs: random() < 0.8 ? around(3_000) : around(20_000),
    watchDelayMs: Math.round(random() * 60),
    away: random() < 0.5 ? { fromMs, untilMs: fromMs + Math.round(random() * 15_000) } : null,
    busy: random() < 0.2 ? { fromMs: EXPIRY_MS - 2_000, untilMs: EXPIRY_MS + Math.round(random() * 4_000) } : null,
    restart: random() < 0.3 ? { atMs, downMs: Math.round(random() * 2_000) } : null,
  };
}

type Outcome = 'expired' | 'lives on';

async function play(
  plan: Plan,
): Promise<{ readonly outcome: Outcome; readonly renewed: boolean; readonly problem: string | null }> {
  const node = aNodeWith(SESSION);
  const { world, clock, startMs } = node;
  world.watchDelayMs = plan.watchDelayMs;
  const serves = node.servesFor(3_000);
  let process: Awaited<ReturnType<typeof node.startProcess>> | null = await node.startProcess({ serves });
  let renewed = false;
  const story: { readonly atMs: number; readonly act: () => Promise<void> | void }[] = [
    {
      atMs: plan.renewAtMs,
      act: () => {
        renewed = world.awaySinceMs === null && node.reason() === 'Running';
        if (world.awaySinceMs === null) node.patch({ ttlSeconds: 3600 });
      },
    },
  ];
  if (plan.away !== null) {
    const { fromMs, untilMs } = plan.away;
    story.push({ atMs: fromMs, act: () => node.setApiAway(true) });
    story.push({ atMs: untilMs, act: () => node.setApiAway(false) });
  }
  if (plan.busy !== null) {
    story.push({ atMs: plan.busy.fromMs, act: () => void (world.engineIsBusy = true) });
    story.push({ atMs: plan.busy.untilMs, act: () => void (world.engineIsBusy = false) });
  }
  if (plan.restart !== null) {
    const { atMs, downMs } = plan.restart;
    story.push({ atMs, act: async () => void (await process?.kill(), (process = null)) });
    story.push({ atMs: atMs + downMs, act: async () => void (process = await node.startProcess({ serves })) });
  }
  for (const { atMs, act } of story.toSorted((left, right) => left.atMs - right.atMs)) {
    await clock.advance(Math.max(startMs + atMs - clock.nowMs(), 0));
    await act();
  }
  await clock.advance(startMs + EXPIRY_MS + (plan.away === null ? 12_000 : 20_000) - clock.nowMs());
  await process?.kill();

  const outcome: Outcome = node.reason() === 'SessionExpired' ? 'expired' : 'lives on';
  const endedMs = (world.ends[0]?.atMs ?? Number.NaN) - startMs;
  const disturbed = plan.away !== null || plan.restart !== null || plan.busy !== null;
  const inTime = plan.renewAtMs < EXPIRY_MS && renewed;
  const problems = [
    outcome === 'expired' && node.own() !== null && 'a survivor: expired, and the container runs',
    outcome === 'lives on' && !node.isRunning() && `a wrong kill: ${node.reason()}, and no container`,
    outcome === 'lives on' && !renewed && 'a survivor without a renewal',
    outcome === 'expired' && inTime && !disturbed && 'a wrong kill: renewed in time',
    endedMs < EXPIRY_MS && 'ended before its deadline',
    !disturbed && endedMs > EXPIRY_MS + 100 && 'ended late without a reason',
    plan.restart === null && endedMs > EXPIRY_MS + TOO_LATE_MS && `ended ${endedMs - EXPIRY_MS} ms late`,
  ];
  return { outcome, renewed, problem: problems.find((each) => each !== false) || null };
}

test(`of ${RENEWALS} renewals around the expiry none ends the wrong session and none leaves one over`, async () => {
  const random = seededRandom(20_261_121);
  const outcomes = { expired: 0, 'lives on': 0 };
  for (let count = 0; count < RENEWALS; count += 1) {
    const plan = planOf(random);
    const { outcome, problem } = await play(plan);
    expect(problem, JSON.stringify(plan)).toBeNull();
    outcomes[outcome] += 1;
  }
  // Both ends of the race were run.
  expect(outcomes.expired).toBeGreaterThan(RENEWALS / 10);
  expect(outcomes['lives on']).toBeGreaterThan(RENEWALS / 10);
}, 60_000);
