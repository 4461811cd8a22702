import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import {
  controlPlaneCacheDir,
  ETCD_VERSION,
  KUBERNETES_VERSION,
  PACKAGES,
  releaseArchitecture,
} from '../../../../src/embedded/binaries/release.ts';

const goMod = await readFile(new URL('../../../../hack/control-plane/go.mod', import.meta.url), 'utf8');

test('the build from source pins the same versions as the release files', () => {
  expect(goMod).toContain(`k8s.io/kubernetes ${KUBERNETES_VERSION} `);
  expect(goMod).toContain(`go.etcd.io/etcd/server/v3 ${ETCD_VERSION} `);
});

test('every staging module has the version of Kubernetes', () => {
  const replaced = [...goMod.matchAll(/^\t(k8s\.io\/\S+) => (\S+) v0\.(\S+)$/gm)];
  expect(replaced.length).toBeGreaterThan(30);
  const staging = KUBERNETES_VERSION.replace('v1.', '');
  expect(replaced.filter(([, from, to, version]) => from !== to || version !== staging)).toEqual([]);
});

test('the build from source declares each program as a tool', () => {
  expect(Object.values(PACKAGES).filter((name) => !goMod.includes(`\n\t${name}\n`))).toEqual([]);
});

test.each([
  { given: 'x64', want: 'amd64' },
  { given: 'arm64', want: 'arm64' },
])('knows $given as $want', ({ given, want }) => {
  expect(releaseArchitecture(given)).toBe(want);
});

test('refuses a processor without a control plane', () => {
  expect(() => releaseArchitecture('s390x')).toThrow('the processor is "s390x"');
});

test('keeps each version and processor apart in the cache', () => {
  expect(controlPlaneCacheDir('/home/a/.cache', 'arm64')).toBe(`/home/a/.cache/mcpsession/${KUBERNETES_VERSION}-arm64`);
});
