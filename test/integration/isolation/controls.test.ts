// The probe in containers that are weakened on purpose: what it must find there it finds, and nothing else. And in one that is as the
// product makes it, run in the very same way, it finds nothing. The oracle looks at the same containers, and the run fails when it
// does not find what each control lists.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { BUILD_WITHIN_MS } from '../../probe/image.ts';
import { absentHere, type Control, controls } from './controls.ts';
import { ALL_CHECKS, failuresOf, idsOf } from './probe-report.ts';
import { createProbeRig, type ProbeRig } from './probe-rig.ts';

let rig: ProbeRig;
beforeAll(async () => {
  rig = await createProbeRig();
}, BUILD_WITHIN_MS);
afterAll(() => rig.close());

const mustFail = ({ fails }: Control): readonly string[] => fails.split(' ').filter((id) => absentHere[id] !== true);

test('every check has a weakened container in which it must fail', () => {
  const covered = new Set(controls.flatMap(({ fails }) => fails.split(' ')));
  expect(covered).toEqual(new Set(ALL_CHECKS));
});

describe.concurrent('the probe', () => {
  test('finds nothing in a container as the product makes it', async () => {
    const results = await rig.run({ finds: [], probe: [] });
    expect(idsOf(results)).toEqual(ALL_CHECKS);
    expect(failuresOf(results)).toEqual([]);
  });

  test.for(controls)('finds $name: $fails', async (control) => {
    const results = await rig.run({ ...control, probe: ['--brief', ...(control.probe ?? [])] });
    expect(idsOf(results)).toEqual(ALL_CHECKS);
    const mayFail = control.may?.ids.split(' ') ?? [];
    const failures = results.filter(({ id, verdict }) => verdict !== 'ok' && !mayFail.includes(id));
    expect(new Set(idsOf(failures)), failuresOf(failures).join('\n')).toEqual(new Set(mustFail(control)));
  });
});
