// AppArmor on both kinds of nodes, from policy to what the engine is told and what the status says (K-35): nothing is claimed that
// the node does not have, and nothing is left out in silence.

import { expect, test } from 'vitest';

import { printSecurityOptions } from '../../../src/docker/security-options.ts';
import { conditionOf } from '../../../src/model/conditions.ts';
import { aPolicy } from '../../support/judgement.ts';
import { aWorld, runToRest, STORY_NODE, type World } from '../../support/story.ts';

interface Case {
  readonly name: string;
  readonly node: boolean;
  readonly policy: Readonly<Record<string, string>>;
  /** Of the options that the engine gets; none: its own default. */
  readonly told: readonly string[];
  readonly proof: { readonly want: string; readonly got: string };
  readonly condition: string;
}

const OURS = 'mcpsession-default';
const ENGINES = 'RuntimeDefault (docker-default)';
const NOT_HERE = { want: 'RuntimeDefault where available', got: 'not available on this node' };
const same = (text: string) => ({ want: text, got: text });

const cases: readonly Case[] = [
  { name: 'by default', node: true, policy: {}, told: [], proof: same(ENGINES), condition: ENGINES },
  {
    name: 'by default',
    node: false,
    policy: {},
    told: [],
    proof: NOT_HERE,
    condition: 'not available on this node',
  },
  {
    name: 'required',
    node: true,
    policy: { mode: 'required', profile: OURS },
    told: [`apparmor=${OURS}`],
    proof: same(OURS),
    condition: OURS,
  },
  {
    name: 'by the profile of the operator',
    node: true,
    policy: { profile: OURS },
    told: [`apparmor=${OURS}`],
    proof: same(OURS),
    condition: OURS,
  },
  {
    name: 'by the profile of the operator',
    node: false,
    policy: { profile: OURS },
    told: [],
    proof: NOT_HERE,
    condition: 'not available on this node',
  },
  ...[true, false].map((node) => ({
    name: 'switched off',
    node,
    policy: { mode: 'off' },
    told: ['apparmor=unconfined'],
    proof: same('Unconfined'),
    condition: 'Unconfined',
  })),
];

const worldOf = ({ node, policy }: Pick<Case, 'node' | 'policy'>): World =>
  aWorld({ node: { ...STORY_NODE, appArmor: node }, policy: aPolicy({ appArmor: policy }) });

test.each(cases)('S3.T5.01, S3.T5.10, S4.T2.01: $name, on a node with AppArmor: $node', (given) => {
  const world = worldOf(given);
  runToRest(world);
  const [container] = world.containers ?? [];
  const options = container === undefined ? [] : printSecurityOptions(container.spec);
  const status = world.session?.status;

  expect(options.filter((option) => option.startsWith('apparmor'))).toEqual(given.told);
  const proof = status?.isolation?.controls.find(({ id }) => id === 'appArmor');
  expect(proof).toEqual({ id: 'appArmor', ...given.proof, ok: true });
  expect(conditionOf(status?.conditions, 'IsolationVerified')).toMatchObject({
    status: 'True',
    reason: 'AllControlsHold',
    message: `seccomp RuntimeDefault (sha256:5e5e5e5e5e5e), AppArmor ${given.condition}`,
  });
});

test('S3.T5.10: required, on a node without AppArmor: nothing is created, and the condition says why', () => {
  const world = worldOf({ node: false, policy: { mode: 'required' } });
  runToRest(world);
  expect(world.containers).toEqual([]);
  const accepted = conditionOf(world.session?.status.conditions, 'PolicyAccepted');
  expect(accepted).toMatchObject({ status: 'False', reason: 'PolicyRejected' });
  expect(accepted?.message).toContain('MCPS-109');
});

test('S3.T5.09: a node on which the profile is not loaded is told of, with what to do', () => {
  const engineSays = 'OCI runtime create failed: unable to apply apparmor profile: no such file or directory: unknown';
  const world = worldOf({ node: true, policy: { profile: OURS } });
  world.failNext = {
    step: 'start',
    failure: { act: 'start', message: engineSays, retryable: false, engineAway: false, count: 1, retryAtMs: 0 },
  };
  runToRest(world);
  expect(conditionOf(world.session?.status.conditions, 'Ready')).toMatchObject({
    status: 'False',
    reason: 'CreateRejected',
    message: `${engineSays}; load the AppArmor profile of policy appArmor.profile on the node (docs/isolation.md)`,
  });
});
