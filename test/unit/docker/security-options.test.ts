import { expect, test } from 'vitest';

import { parseSecurityOptions, printSecurityOptions } from '../../../src/docker/security-options.ts';
import { SESSION_SECCOMP_JSON } from '../../../src/docker/seccomp/profile.ts';

const nothing = { appArmor: '', privileged: false };

const usual = {
  noNewPrivileges: true,
  seccomp: 'EngineDefault',
  appArmor: 'RuntimeDefault',
  otherSecurityOptions: [],
};

test.each([
  { name: 'the seccomp profile of the engine', spec: usual, want: ['no-new-privileges:true'] },
  {
    name: 'the profile of a session',
    spec: { ...usual, seccomp: 'RuntimeDefault' },
    want: ['no-new-privileges:true', `seccomp=${SESSION_SECCOMP_JSON}`],
  },
  { name: 'privileges that may grow', spec: { ...usual, noNewPrivileges: false }, want: ['no-new-privileges:false'] },
  {
    name: 'no seccomp',
    spec: { ...usual, seccomp: 'Unconfined' },
    want: ['no-new-privileges:true', 'seccomp=unconfined'],
  },
  {
    name: 'no AppArmor',
    spec: { ...usual, appArmor: 'Unconfined' },
    want: ['no-new-privileges:true', 'apparmor=unconfined'],
  },
  {
    name: 'an AppArmor profile',
    spec: { ...usual, appArmor: 'mine' },
    want: ['no-new-privileges:true', 'apparmor=mine'],
  },
  {
    name: 'others, which come first',
    spec: { ...usual, otherSecurityOptions: ['label=disable'] },
    want: ['label=disable', 'no-new-privileges:true'],
  },
])('$name is printed and reads back the same', ({ spec, want }) => {
  expect(printSecurityOptions(spec)).toEqual(want);
  expect(parseSecurityOptions(want, nothing)).toEqual(spec);
});

test('a seccomp profile that is known by its hash alone cannot be printed', () => {
  expect(() => printSecurityOptions({ ...usual, seccomp: 'sha256:ab' })).toThrow('is not one that can be sent');
});

test.each([
  { options: ['no-new-privileges'], want: true },
  { options: ['no-new-privileges', 'no-new-privileges=false'], want: false },
  { options: ['no-new-privileges:false', 'no-new-privileges:1'], want: true },
  { options: ['no-new-privileges=T'], want: true },
  { options: ['no-new-privileges=yes'], want: false },
  { options: [], want: false },
])('$options: the last one wins, as in the engine', ({ options, want }) => {
  expect(parseSecurityOptions(options, nothing).noNewPrivileges).toBe(want);
});

test.each([
  { options: ['seccomp:unconfined'], want: { seccomp: 'Unconfined' } },
  { options: ['seccomp=builtin'], want: { seccomp: 'EngineDefault' } },
  { options: [`seccomp:${SESSION_SECCOMP_JSON}`], want: { seccomp: 'RuntimeDefault' } },
  { options: [`seccomp=${SESSION_SECCOMP_JSON}`, 'seccomp=unconfined'], want: { seccomp: 'Unconfined' } },
  {
    options: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
    want: { seccomp: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string },
  },
  { options: ['apparmor:docker-default'], want: { appArmor: 'RuntimeDefault' } },
  {
    options: ['disable', 'label:type:spc_t', 'systempaths=unconfined'],
    want: { otherSecurityOptions: ['disable', 'label:type:spc_t', 'systempaths=unconfined'] },
  },
])('reads $options', ({ options, want }) => {
  expect(parseSecurityOptions(options, nothing)).toMatchObject(want);
});

test.each([
  { effective: 'docker-default', want: 'RuntimeDefault' },
  { effective: 'unconfined', want: 'Unconfined' },
  { effective: 'other', want: 'other' },
])('an AppArmor profile that the engine applied without being asked is seen: $effective', ({ effective, want }) => {
  expect(parseSecurityOptions([], { ...nothing, appArmor: effective }).appArmor).toBe(want);
});

test('a privileged container reads as unconfined, whatever profile it was given', () => {
  const options = [`seccomp=${SESSION_SECCOMP_JSON}`];
  expect(parseSecurityOptions(options, { ...nothing, privileged: true }).seccomp).toBe('Unconfined');
});
