// Privileged containers, capabilities, security options, seccomp and AppArmor (security.md 11 classes 1 and 7; S0.C2).

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const DANGEROUS = [
  ...['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'SYS_PTRACE', 'SYS_BOOT', 'SYS_TIME', 'SYS_TTY_CONFIG'],
  ...['SYS_PACCT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_CHROOT', 'MAC_ADMIN', 'MAC_OVERRIDE', 'SYSLOG', 'AUDIT_READ'],
  ...['AUDIT_WRITE', 'AUDIT_CONTROL', 'WAKE_ALARM', 'BLOCK_SUSPEND', 'NET_ADMIN', 'NET_RAW', 'NET_BROADCAST'],
  ...['DAC_OVERRIDE', 'DAC_READ_SEARCH', 'BPF', 'PERFMON', 'CHECKPOINT_RESTORE', 'MKNOD', 'LINUX_IMMUTABLE'],
  ...['IPC_LOCK', 'IPC_OWNER', 'SETFCAP', 'SETPCAP', 'SETUID', 'SETGID', 'LEASE'],
];

const adds = (...add: string[]): Spec => ({ security: { capabilities: { add } } });
const option = (...securityOpt: string[]): Spec => ({ security: { securityOpt } });

export const privilege = corpusClass('privilege', { want: ['MCPS-102'] }, [
  { title: 'S0.C2.01: privileged', spec: { security: { privileged: true } }, want: ['MCPS-101'] },
  {
    title: 'S0.C2.10: privileged as root',
    spec: { user: { uid: 0, gid: 0 }, security: { privileged: true } },
    want: ['MCPS-101', 'MCPS-103'],
  },
  {
    title: 'S2.V1.02: privileged with everything that is equivalent to it',
    spec: {
      security: { privileged: true, capabilities: { add: ['ALL'] }, devices: [{ hostPath: '/dev/mem' }] },
      mounts: [{ hostPath: '/var/run/docker.sock', target: '/s' }],
    },
    want: ['MCPS-101', 'MCPS-102', 'MCPS-201', 'MCPS-206'],
  },
  { title: 'privileged as text', spec: { security: { privileged: 'true' } }, want: ['SCHEMA'] },
  { title: 'privileged as a number', spec: { security: { privileged: 1 } }, want: ['SCHEMA'] },
  ...DANGEROUS.map((name) => ({ title: `S0.C2.06, S3.T5.02: capability ${name}`, spec: adds(name) })),
  ...['SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO', 'DAC_READ_SEARCH', 'NET_ADMIN', 'MKNOD', 'BPF'].flatMap(
    (name): CorpusRow[] => [
      { title: `S0.C2.12: capability CAP_${name}`, spec: adds(`CAP_${name}`) },
      { title: `S0.C2.12: capability ${name} in lower case`, spec: adds(`cap_${name.toLowerCase()}`) },
    ],
  ),
  { title: 'S0.C2.12: all, in mixed case', spec: adds('aLL') },
  { title: 'a capability between blanks', spec: adds(' SYS_ADMIN ') },
  { title: 'a capability with an invisible character', spec: adds('SYS_\u200bADMIN') },
  { title: 'a capability with two prefixes', spec: adds('CAP_CAP_SYS_ADMIN') },
  { title: 'a capability by number', spec: adds('21') },
  { title: 'a list in one text', spec: adds('CHOWN,SYS_ADMIN') },
  { title: 'a star', spec: adds('*') },
  { title: 'a capability that policy may allow but does not', spec: adds('NET_BIND_SERVICE') },
  { title: 'the same capability twice', spec: adds('SYS_ADMIN', 'CAP_SYS_ADMIN') },
  { title: 'an empty capability', spec: adds(''), want: ['SCHEMA'] },
  { title: 'a capability of 65 characters', spec: adds('A'.repeat(65)), want: ['SCHEMA'] },
  { title: '65 capabilities', spec: adds(...Array.from({ length: 65 }, () => 'KILL')), want: ['SCHEMA'] },
  { title: 'a field to drop fewer', spec: { security: { capabilities: { drop: [] } } }, want: ['SCHEMA'] },
]);

export const securityOptions = corpusClass('security-options', { want: ['MCPS-104'] }, [
  ...['apparmor=unconfined', 'apparmor:unconfined', 'label=disable', 'label:disable', 'seccomp=unconfined'].map(
    (text) => ({ title: `S0.C2.07: ${text}`, spec: option(text) }),
  ),
  ...['seccomp:unconfined', 'no-new-privileges:false', 'no-new-privileges=false', 'systempaths=unconfined'].map(
    (text) => ({ title: `S0.C2.07: ${text}`, spec: option(text) }),
  ),
  ...['SECCOMP=UNCONFINED', 'AppArmor=Unconfined', 'no-new-privileges:FALSE', 'systempaths:unconfined'].map((text) => ({
    title: `S0.C2.07: ${text}`,
    spec: option(text),
  })),
  { title: 'the last one wins', spec: option('no-new-privileges', 'no-new-privileges=false') },
  { title: 'the word alone, which the engine takes as label off', spec: option('disable') },
  { title: 'an inline profile that allows all', spec: option('seccomp={"defaultAction":"SCMP_ACT_ALLOW"}') },
  { title: 'a profile by path', spec: option('seccomp=/tmp/allow.json') },
  { title: 'label of another type', spec: option('label=type:spc_t') },
  { title: 'label of another level', spec: option('label=level:s0:c0.c1023') },
  { title: 'cgroups that can be written', spec: option('writable-cgroups=true') },
  { title: 'masked paths', spec: option('mask=') },
  { title: 'no new privileges with a blank', spec: option(' no-new-privileges:true') },
  { title: 'no new privileges as 0', spec: option('no-new-privileges:0') },
  { title: 'an empty option', spec: option('') },
  { title: 'a line feed', spec: option('no-new-privileges:true\nseccomp=unconfined') },
  { title: 'an option nobody knows', spec: option('x=y') },
  { title: 'a credential spec', spec: option('credentialspec=file://x.json') },
  { title: '17 options', spec: option(...Array.from({ length: 17 }, () => 'no-new-privileges')), want: ['SCHEMA'] },
  { title: 'an option of 1025 characters', spec: option('a'.repeat(1025)), want: ['SCHEMA'] },
]);

const CONFINEMENT = ['Unconfined', 'unconfined', 'UNCONFINED', ' unconfined', 'unconfined ', 'localhost/allow'];
const MORE_CONFINEMENT = ['', 'runtime/default', 'runtimedefault', '/etc/profile.json', '{"defaultAction":"allow"}'];

export const confinement = corpusClass('confinement', {}, [
  ...[...CONFINEMENT, ...MORE_CONFINEMENT].flatMap((name): CorpusRow[] => [
    {
      title: `seccomp profile ${JSON.stringify(name)}`,
      spec: { security: { seccompProfile: name } },
      want: ['MCPS-105'],
    },
    {
      title: `AppArmor profile ${JSON.stringify(name)}`,
      spec: { security: { appArmorProfile: name } },
      want: ['MCPS-106'],
    },
  ]),
  {
    title: 'a seccomp profile as an object',
    spec: { security: { seccompProfile: { type: 'Unconfined' } } },
    want: ['SCHEMA'],
  },
  {
    title: 'the AppArmor profile of another program',
    spec: { security: { appArmorProfile: 'docker-default' } },
    want: ['MCPS-106'],
  },
]);
