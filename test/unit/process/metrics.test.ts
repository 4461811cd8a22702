import { expect, test } from 'vitest';

import { createMetrics } from '../../../src/process/metrics.ts';

test('exports the closed set of names, each with the prefix', async () => {
  const text = await createMetrics({ version: '1.2.3' }).render();
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((match) => `${match[1]} ${match[2]}`);
  expect(names).toEqual([
    'mcpsession_build_info gauge',
    'mcpsession_sessions gauge',
    'mcpsession_reconcile_total counter',
    'mcpsession_reconcile_duration_seconds histogram',
    'mcpsession_workqueue_depth gauge',
    'mcpsession_watch_last_event_timestamp_seconds gauge',
    'mcpsession_watch_restarts_total counter',
    'mcpsession_admission_requests_total counter',
    'mcpsession_admission_duration_seconds histogram',
    'mcpsession_policy_violations_total counter',
    'mcpsession_policy_valid gauge',
    'mcpsession_policy_reloads_total counter',
    'mcpsession_yolo_mode gauge',
    'mcpsession_isolation_checks_total counter',
    'mcpsession_docker_up gauge',
    'mcpsession_orphan_containers gauge',
    'mcpsession_exec_total counter',
    'mcpsession_exec_duration_seconds histogram',
    'mcpsession_certificate_expiry_timestamp_seconds gauge',
  ]);
  expect(text).toContain('mcpsession_build_info{version="1.2.3"} 1');
});

test('two registries do not share values', async () => {
  const [first, second] = [createMetrics({ version: '1' }), createMetrics({ version: '1' })];
  first.execTotal.inc({ outcome: 'ok' });
  expect(await second.render()).not.toContain('outcome="ok"');
});
