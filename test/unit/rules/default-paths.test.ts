import { expect, test } from 'vitest';

import { DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS } from '../../../src/rules/default-paths.ts';

/** Of Docker Engine 28 (oci/defaults.go), which older engines have less of. */
const OF_THE_ENGINE = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
];

test('masked paths hold at least those of a new engine, on an old one too (security.md 4.1)', () => {
  expect(DEFAULT_MASKED_PATHS).toEqual(expect.arrayContaining(OF_THE_ENGINE));
});

test('read-only paths hold at least those of the engine', () => {
  const ofTheEngine = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];
  expect(DEFAULT_READONLY_PATHS).toEqual(expect.arrayContaining(ofTheEngine));
});

test.each([DEFAULT_MASKED_PATHS, DEFAULT_READONLY_PATHS])(
  'lists are sorted, without doubles, of /proc and /sys only',
  (...list) => {
    expect(list).toEqual([...new Set(list)].sort());
    expect(list.filter((path) => !/^\/(proc|sys)\/[a-z_/-]+$/.test(path))).toEqual([]);
  },
);
