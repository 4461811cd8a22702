import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../src/model/policy.ts';
import type { SessionSpec } from '../../../src/model/session-spec.ts';
import { renderCause, renderDenial, renderWarning } from '../../../src/rules/render.ts';
import { evaluate } from '../../../src/rules/rule.ts';
import { sessionRules } from '../../../src/rules/session-rules.ts';
import { aSessionSpec } from '../../support/session-builder.ts';

/** Any text where the schema has text, beyond the schema's own bounds. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '/', '/etc/..', 'host', '0', '1Gi', '::', '$(x)', '\0', '\ud800', 'x'.repeat(70_000)),
);
const anyNumber = fc.oneof(fc.integer(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY));

const anySpec: fc.Arbitrary<SessionSpec> = fc
  .record({ text: fc.array(anyText, { minLength: 12, maxLength: 12 }), number: anyNumber, flag: fc.boolean() })
  .map(({ text, number, flag }) => {
    const base = aSessionSpec();
    const at = (index: number): string => text[index] ?? '';
    return {
      ...base,
      image: at(0),
      command: [at(1)],
      args: [at(2)],
      workingDir: at(3),
      env: [{ name: at(4), value: at(5) }, { name: at(4) }],
      user: { uid: number, gid: number },
      resources: { cpu: at(6), memory: at(6), pids: number, cpuTimeSeconds: number, openFiles: number },
      workspace: { medium: flag ? ('Disk' as const) : ('Memory' as const), sizeLimit: at(6), persistent: flag },
      tmpfs: [{ path: at(7), sizeLimit: at(6) }],
      mounts: [
        { hostPath: at(8), target: at(7), readOnly: flag },
        { volume: at(8), target: at(7), readOnly: flag },
      ],
      network: { ...base.network, ports: [{ containerPort: number, hostIP: at(9), hostPort: number }] },
      security: {
        ...base.security,
        privileged: flag,
        capabilities: { add: [at(10)] },
        securityOpt: [at(10)],
        networkMode: at(10),
        pidMode: at(10),
        cgroupParent: at(11),
        devices: [{ hostPath: at(8), target: at(7) }],
        sysctls: [{ name: at(11), value: at(10) }],
        runtime: at(11),
        seccompProfile: at(11),
        appArmorProfile: at(11),
      },
    };
  });

test('whatever a spec holds, there is a verdict, and every sentence is short, on one line and visible', () => {
  const policy = defaultPolicy();
  fc.assert(
    fc.property(anySpec, (spec) => {
      const { violations, warnings } = evaluate(sessionRules, { spec, labels: {}, annotations: {} }, policy);
      for (const violation of [...violations, ...warnings]) {
        const { field, message } = renderCause(violation);
        expect(Array.from(message).length).toBeLessThanOrEqual(200);
        expect(`${field}${message}${renderWarning(violation)}`).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
      expect(renderDenial({ namespace: 'a', name: 'b' }, violations)).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('the verdict does not depend on the order of keys', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const reversed = Object.fromEntries(Object.entries(spec).toReversed()) as SessionSpec; // the same keys and values
      const judge = (subject: SessionSpec) =>
        evaluate(sessionRules, { spec: subject, labels: {}, annotations: {} }, defaultPolicy());
      expect(judge(reversed)).toEqual(judge(spec));
    }),
    { numRuns: 50 },
  );
});

test('every default is accepted under the default policy, and no rule changes what it judges', () => {
  const spec = aSessionSpec();
  const before = structuredClone(spec);
  expect(evaluate(sessionRules, { spec, labels: {}, annotations: {} }, defaultPolicy()).violations).toEqual([]);
  expect(spec).toEqual(before);
});
