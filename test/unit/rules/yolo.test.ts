import { describe, expect, test } from 'vitest';
import { YOLO_ACKNOWLEDGEMENT } from '../../../src/model/policy-set.ts';
import { containerRules } from '../../../src/rules/container-rules.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import { bypassedCategories } from '../../../src/rules/registry.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { yoloBanner } from '../../../src/compose/policy-file.ts';
import { aContainer } from '../../support/container-builder.ts';
import { aPolicySet } from '../../support/policies.ts';
import { aSession } from '../../support/session-builder.ts';

const { policy } = aPolicySet({ yolo: { enabled: true, acknowledge: YOLO_ACKNOWLEDGEMENT } }).profiles.sandbox;
const rulesOf = (subject: ReturnType<typeof aSession>) =>
  evaluate(sessionRules, subject, policy).violations.map(({ rule }) => rule);

describe('S0.L7.09, S0.NEXT.07: with every rule switched off', () => {
  test.each([
    ['S0.L7.02: a privileged container', { security: { privileged: true } }],
    ['S0.C1.23: the root of the node', { mounts: [{ hostPath: '/', target: '/host' }] }],
    ['S0.L7.03: shell tokens in a variable', { env: [{ name: 'A', value: '$(id)' }] }],
    ['S0.L7.05: a dangerous command', { command: ['sh', '-c', 'rm -rf /'] }],
    ['S0.L7.04: a destructive one', { command: ['mkfs', '/dev/sda'] }],
    [
      'S0.L7.10: all of it at once',
      {
        security: { privileged: true, pidMode: 'host', networkMode: 'host', capabilities: { add: ['SYS_ADMIN'] } },
        mounts: [{ hostPath: '/var/run/docker.sock', target: '/var/run/docker.sock' }],
        user: { uid: 0, gid: 0 },
        command: ['rm', '-rf', '/'],
      },
    ],
  ])('%s is accepted', (_name, spec) => {
    expect(rulesOf(aSession(spec))).toEqual([]);
  });

  test('K-02: labels of the operator and who owns a container are no safety checks', () => {
    const forged = { ...aSession({}), labels: { 'mcpsession.dev/uid': 'x' } };
    expect(rulesOf(forged)).toEqual(['MCPS-602']);
    const container = aContainer({ privileged: true, containerName: 'somebody-else' });
    const locked = lockDown(container, policy);
    expect(locked.ok ? [] : [...new Set(locked.error.map(({ rule }) => rule))]).toEqual(['MCPS-928']);
    expect(lockDown(aContainer({ privileged: true, pidMode: 'host' }), policy).ok).toBe(true);
  });
});

test('S0.L7.06: the banner names what the evaluator bypasses, and nothing else', () => {
  const families = new Set([...sessionRules, ...containerRules].map(({ id }) => id.slice(5, 6)));
  expect(bypassedCategories()).toHaveLength(families.size);
  for (const category of bypassedCategories()) expect(yoloBanner()).toContain(category);
  expect(yoloBanner()).toMatch(/^YOLO: every safety rule is off \(.*commands.*\); authentication, rights, ownership/);
});
