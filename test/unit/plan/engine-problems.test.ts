import { expect, test } from 'vitest';

import { buildContainer } from '../../../src/plan/build-container.ts';
import { compareIsolation } from '../../../src/plan/isolation.ts';
import { renderCauseText } from '../../../src/rules/render.ts';
import { lockDown } from '../../../src/rules/lock-down.ts';
import { aContainer } from '../../support/container-builder.ts';
import { aPolicy } from '../../support/judgement.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { aStoredSession, STORY_IMAGE, STORY_INIT_VOLUME, STORY_NODE } from '../../support/story.ts';

interface Question {
  readonly node?: Partial<typeof STORY_NODE>;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly security?: Readonly<Record<string, unknown>>;
}

const build = ({ node = {}, settings = {}, security = {} }: Question) =>
  buildContainer({
    session: aStoredSession(),
    spec: aSessionSpec({ security }),
    image: STORY_IMAGE,
    hostPaths: [],
    node: { ...STORY_NODE, ...node },
    attempt: 0,
    policy: aPolicy(settings),
    initVolume: STORY_INIT_VOLUME,
  });

function refusals(question: Question): readonly string[] {
  const built = build(question);
  return built.ok ? [] : built.error.map((violation) => `${violation.path}: ${renderCauseText(violation)}`);
}

test('K-02: YOLO bypasses what policy asks of engines and images, not a runtime that is not there', () => {
  const settings = { yolo: true, appArmor: { mode: 'required' }, engine: { requireRootless: true } };
  expect(refusals({ node: { appArmor: false }, settings })).toEqual([]);
  expect(refusals({ settings, security: { runtime: 'runsc' } })).toEqual([expect.stringContaining('[MCPS-108]')]);
});

test.each<{ name: string; given: Question; want: string[] }>([
  {
    name: 'S3.T5.10, K-35: a node without AppArmor where policy requires it',
    given: { node: { appArmor: false }, settings: { appArmor: { mode: 'required' } } },
    want: [
      'spec.security.appArmorProfile: Forbidden: [MCPS-109] the engine of node node-1 has no AppArmor (policy appArmor.mode is required); fix: use a node with AppArmor, or ask for policy appArmor.mode ifAvailable (mcpsession.dev/r/109)',
    ],
  },
  {
    name: 'S4.T1.02: an engine that runs as root where policy requires rootless',
    given: { settings: { engine: { requireRootless: true } } },
    want: [
      'spec.nodeSelector: Forbidden: [MCPS-110] the engine of node node-1 runs as root (policy engine.requireRootless); fix: choose a node whose engine is as policy asks (mcpsession.dev/r/110)',
    ],
  },
  {
    name: 'S4.T1.02: an engine without user namespaces where policy requires them',
    given: { settings: { engine: { requireUserNamespaces: true } } },
    want: [
      'spec.nodeSelector: Forbidden: [MCPS-110] the engine of node node-1 runs containers without user namespaces (policy engine.requireUserNamespaces); fix: choose a node whose engine is as policy asks (mcpsession.dev/r/110)',
    ],
  },
])('refuses $name', ({ given, want }) => {
  expect(refusals(given)).toEqual(want);
});

test.each<{ name: string; given: Question }>([
  { name: 'a node without AppArmor by default', given: { node: { appArmor: false } } },
  { name: 'a node with AppArmor that policy requires', given: { settings: { appArmor: { mode: 'required' } } } },
  {
    name: 'S4.T1.02: a rootless engine that policy requires',
    given: { node: { rootless: true }, settings: { engine: { requireRootless: true } } },
  },
  {
    name: 'user namespaces that policy requires',
    given: { node: { userNamespaces: true }, settings: { engine: { requireUserNamespaces: true } } },
  },
  {
    name: 'a rootless engine where policy requires user namespaces, which it has one of',
    given: { node: { rootless: true }, settings: { engine: { requireUserNamespaces: true } } },
  },
])('accepts $name', ({ given }) => {
  expect(refusals(given)).toEqual([]);
});

test.each<{ name: string; given: Question; seccomp: string; appArmor: string }>([
  { name: 'by default', given: {}, seccomp: 'RuntimeDefault', appArmor: 'RuntimeDefault' },
  {
    name: 'S3.T5.01, S4.T2.01: under the AppArmor profile of the operator',
    given: { settings: { appArmor: { profile: 'mcpsession-default' } } },
    seccomp: 'RuntimeDefault',
    appArmor: 'mcpsession-default',
  },
  {
    name: 'the same on a node without AppArmor, which has no profile to name',
    given: { node: { appArmor: false }, settings: { appArmor: { profile: 'mcpsession-default' } } },
    seccomp: 'RuntimeDefault',
    appArmor: 'RuntimeDefault',
  },
  {
    name: 'without AppArmor where policy switches it off',
    given: { settings: { appArmor: { mode: 'off', profile: 'mcpsession-default' } } },
    seccomp: 'RuntimeDefault',
    appArmor: 'Unconfined',
  },
  {
    name: 'with the seccomp profile of the engine',
    given: { security: { seccompProfile: 'EngineDefault' }, settings: { seccomp: { allow: ['EngineDefault'] } } },
    seccomp: 'EngineDefault',
    appArmor: 'RuntimeDefault',
  },
  {
    name: 'privileged',
    given: { security: { privileged: true }, settings: { privileged: { allow: true } } },
    seccomp: 'Unconfined',
    appArmor: 'Unconfined',
  },
])('the filters of a container: $name', ({ given, seccomp, appArmor }) => {
  const built = build(given);
  expect(built).toMatchObject({ ok: true, value: { seccomp, appArmor } });
  expect(built.ok && lockDown(built.value, aPolicy(given.settings ?? {})).ok).toBe(true);
});

test('the proof names the seccomp profile with its hash, so that its versions are told apart', () => {
  const seccompOf = (seccomp: string) =>
    compareIsolation({ want: aContainer(), got: aContainer({ seccomp }), node: STORY_NODE }).find(
      ({ id }) => id === 'seccomp',
    );
  const ours = 'RuntimeDefault (sha256:5e5e5e5e5e5e)';
  expect(seccompOf('RuntimeDefault')).toEqual({ id: 'seccomp', want: ours, got: ours, ok: true });
  expect(seccompOf('EngineDefault')).toEqual({ id: 'seccomp', want: ours, got: 'EngineDefault', ok: false });
});
