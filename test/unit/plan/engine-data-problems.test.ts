import { describe, expect, test } from 'vitest';

import { defaultPolicy, policySchema } from '../../../src/model/policy.ts';
import { engineDataProblems } from '../../../src/plan/engine-data-problems.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { STORY_IDENTITY, STORY_NODE } from '../../support/story.ts';

const problemsOf = (resolved: string | null, engineDirectory: string, policy = defaultPolicy()) =>
  engineDataProblems({
    spec: aSessionSpec({ mounts: [{ hostPath: '/srv/data', target: '/data' }] }),
    hostPaths: [{ asked: '/srv/data', resolved, kind: 'directory', identity: STORY_IDENTITY }],
    node: { ...STORY_NODE, engineDirectory },
    policy,
  });

describe('S0.C1.15: data of an engine that was moved', () => {
  test.each(['/data/docker', '/data/docker/overlay2/x', '/data', '/'])('%s leads there', (resolved) => {
    expect(problemsOf(resolved, '/data/docker')).toEqual([
      {
        rule: 'MCPS-211',
        kind: 'forbidden',
        path: 'spec.mounts[0].hostPath',
        message: '/srv/data holds the data of the engine, and so that of other containers',
        fix: 'name another directory',
      },
    ]);
  });

  test.each(['/data/dockerfiles', '/data/other', '/srv/data', null])('%s does not', (resolved) => {
    expect(problemsOf(resolved, '/data/docker')).toEqual([]);
  });

  test('an engine that does not say where it is refuses nothing here, and neither does YOLO (S0.L7.01)', () => {
    expect(problemsOf('/data', '')).toEqual([]);
    expect(problemsOf('/data', '/data/docker', policySchema.parse({ yolo: true }))).toEqual([]);
  });
});
