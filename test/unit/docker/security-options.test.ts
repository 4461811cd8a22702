import { expect, test } from 'vitest';

import { parseSecurityOptions, printSecurityOptions } from '../../../src/docker/security-options.ts';

const usual = {
  noNewPrivileges: true,
  seccomp: 'RuntimeDefault',
  appArmor: 'RuntimeDefault',
  otherSecurityOptions: [],
};

test.each([
  { name: 'the profile of a session', spec: usual, want: ['no-new-privileges:true'] },
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
  expect(parseSecurityOptions(want, '')).toEqual(spec);
});

test('a seccomp profile that is known by its hash alone cannot be printed', () => {
  expect(() => printSecurityOptions({ ...usual, seccomp: 'sha256:ab' })).toThrow('is not installed on this node');
});

test.each([
  { options: ['no-new-privileges'], want: true },
  { options: ['no-new-privileges', 'no-new-privileges=false'], want: false },
  { options: ['no-new-privileges:false', 'no-new-privileges:1'], want: true },
  { options: ['no-new-privileges=T'], want: true },
  { options: ['no-new-privileges=yes'], want: false },
  { options: [], want: false },
])('$options: the last one wins, as in the engine', ({ options, want }) => {
  expect(parseSecurityOptions(options, '').noNewPrivileges).toBe(want);
});

test.each([
  { options: ['seccomp:unconfined'], want: { seccomp: 'Unconfined' } },
  { options: ['seccomp=builtin'], want: { seccomp: 'RuntimeDefault' } },
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
  expect(parseSecurityOptions(options, '')).toMatchObject(want);
});

test.each([
  { effective: 'docker-default', want: 'RuntimeDefault' },
  { effective: 'unconfined', want: 'Unconfined' },
  { effective: 'other', want: 'other' },
])('an AppArmor profile that the engine applied without being asked is seen: $effective', ({ effective, want }) => {
  expect(parseSecurityOptions([], effective).appArmor).toBe(want);
});
