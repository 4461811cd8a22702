import { afterEach, expect, test, vi } from 'vitest';

import { type ObtainProgress, progressText, reportWhile } from '../../../../src/embedded/binaries/obtain-progress.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each<{ given: Pick<ObtainProgress, 'phase' | 'elapsedMs'>; want: string }>([
  {
    given: { phase: 'building', elapsedMs: 85_400 },
    want: 'kube-apiserver (2 of 3): building, 85 s; a first build takes 3 to 4 minutes on 2 cores',
  },
  { given: { phase: 'downloading', elapsedMs: 0 }, want: 'kube-apiserver (2 of 3): downloading, 0 s' },
  {
    given: { phase: 'waiting', elapsedMs: 5_000 },
    want: 'kube-apiserver (2 of 3): waiting for another process that is obtaining it, 5 s',
  },
  { given: { phase: 'ready', elapsedMs: 165_000 }, want: 'kube-apiserver (2 of 3): ready after 165 s' },
])('says "$want"', ({ given, want }) => {
  expect(progressText({ binary: 'kube-apiserver', index: 2, total: 3, ...given })).toBe(want);
});

test('reports at the start and every 5 s, and is silent once the work has settled', async () => {
  vi.useFakeTimers();
  const seen: number[] = [];
  const work = Promise.withResolvers<string>();
  const step = { binary: 'etcd', phase: 'building', index: 1, total: 3 } as const;
  const running = reportWhile(
    ({ elapsedMs }) => seen.push(elapsedMs),
    step,
    () => work.promise,
  );
  await vi.advanceTimersByTimeAsync(11_000);
  expect(seen).toEqual([0, 5_000, 10_000]);
  work.resolve('done');
  expect(await running).toBe('done');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toHaveLength(3);
});
