// Places inside the container: mount targets, directories in memory, the workspace and the working directory (security.md 11
// classes 6 and 12).

import { type CorpusRow, corpusClass, type Spec } from '../case.ts';

const target = (path: string): Spec => ({ mounts: [{ hostPath: '/srv/data', target: path }] });
const tmpfs = (path: string, sizeLimit = '1Mi'): Spec => ({ tmpfs: [{ path, sizeLimit }] });

const KERNEL = ['/proc', '/proc/acpi', '/proc/self/attr', '/sys', '/sys/kernel', '/sys/fs/cgroup', '/dev', '/dev/shm'];
const SYSTEM = ['/', '/etc', '/run/secrets', '/run/secrets/kubernetes.io', '/.mcpsession', '/.mcpsession/init'];
const IMAGE = [
  ...['/etc/passwd', '/etc/ld.so.preload', '/etc/resolv.conf', '/bin', '/bin/sh', '/sbin', '/usr', '/usr/bin/env'],
  ...['/lib', '/lib64', '/usr/lib', '/lib64/ld-linux-x86-64.so.2', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
  ...['/var/run/secrets', '/var/run/secrets/kubernetes.io/serviceaccount'],
];
const SPELLING = [
  'data',
  './data',
  '../data',
  '/data/..',
  '/data/../proc',
  '//data',
  '/data/',
  '/data//x',
  '/./data',
  '~',
];
const ODD = ['/data\u0000', '/da\nta', '/da\u200bta', '/data:ro', '/data,x', '/workspace'];

export const targets = corpusClass('targets', { want: ['MCPS-208'] }, [
  ...[...KERNEL, ...SYSTEM, ...IMAGE, ...SPELLING, ...ODD].flatMap((path): CorpusRow[] => [
    { title: `mount target ${JSON.stringify(path)}`, spec: target(path) },
    { title: `directory in memory at ${JSON.stringify(path)}`, spec: tmpfs(path) },
  ]),
  {
    title: 'two mounts on one place',
    spec: {
      mounts: [
        { hostPath: '/srv/a', target: '/data' },
        { hostPath: '/srv/b', target: '/data' },
      ],
    },
  },
  {
    title: 'a mount and a directory in memory on one place',
    spec: { mounts: [{ hostPath: '/srv/a', target: '/tmp' }] },
  },
  { title: 'the same directory in memory twice', spec: { tmpfs: [{ path: '/a' }, { path: '/a' }] } },
  { title: 'an empty target', spec: target(''), want: ['SCHEMA'] },
  { title: 'a target of 1025 characters', spec: target(`/${'a'.repeat(1024)}`), want: ['SCHEMA'] },
]);

export const memoryDirectories = corpusClass('memory-directories', { want: ['MCPS-407'] }, [
  { title: 'a size of zero, which the kernel takes as none', spec: tmpfs('/cache', '0') },
  { title: 'a size above the maximum', spec: tmpfs('/cache', '1025Mi') },
  { title: 'a huge size', spec: tmpfs('/cache', '9999Ti') },
  { title: 'a size above the memory limit', spec: { ...tmpfs('/cache', '513Mi') } },
  { title: 'a workspace of zero', spec: { workspace: { sizeLimit: '0' } } },
  { title: 'a workspace of zero in another spelling', spec: { workspace: { sizeLimit: '0.0Gi' } } },
  { title: 'a workspace above the memory limit', spec: { workspace: { sizeLimit: '600Mi' } } },
  { title: 'a workspace above the maximum', spec: { resources: { memory: '2Gi' }, workspace: { sizeLimit: '2Gi' } } },
  ...['50%', '-1', '1e9', '', '0x10', '1 Gi', '1GB', 'max', 'NaN', '1Pi', '1.', '.5Gi'].map((size) => ({
    title: `S3.T2.03: a size ${JSON.stringify(size)}`,
    spec: tmpfs('/cache', size),
    want: ['SCHEMA'],
  })),
  { title: 'a size as a number', spec: { tmpfs: [{ path: '/cache', sizeLimit: 5 }] }, want: ['SCHEMA'] },
  ...['exec', 'suid', 'dev', 'mode', 'inodes', 'options', 'uid'].map((key) => ({
    title: `S3.T2.04: option ${key} of a directory in memory`,
    spec: { tmpfs: [{ path: '/cache', [key]: 1 }] },
    want: ['SCHEMA'],
  })),
  {
    title: '17 directories',
    spec: { tmpfs: Array.from({ length: 17 }, (_, index) => ({ path: `/c${index}` })) },
    want: ['SCHEMA'],
  },
  {
    title: 'a workspace on disk above the most that policy gives',
    spec: { workspace: { medium: 'Disk', sizeLimit: '11Gi' } },
    want: ['MCPS-408'],
  },
  {
    title: 'a workspace on disk without a size',
    spec: { workspace: { medium: 'Disk', sizeLimit: '0' } },
    want: ['MCPS-408'],
  },
  { title: 'a workspace in memory that persists', spec: { workspace: { persistent: true } }, want: ['MCPS-408'] },
  { title: 'a medium nobody knows', spec: { workspace: { medium: 'HostPath' } }, want: ['SCHEMA'] },
]);

export const workingDir = corpusClass('working-dir', { want: ['MCPS-208'] }, [
  ...['/proc/self/fd/8', '/proc/1/cwd', '/proc', '/sys/kernel', '/dev/fd/7', '/dev'].map((path) => ({
    title: `CVE-2024-21626: working directory ${path}`,
    spec: { workingDir: path },
  })),
  ...[
    'workspace',
    './x',
    '../x',
    '/workspace/..',
    '/workspace/../proc',
    '//proc',
    '/work\u0000space',
    '/work\nspace',
  ].map((path) => ({ title: `working directory ${JSON.stringify(path)}`, spec: { workingDir: path } })),
  ...['/run/secrets', '/var/run/secrets/x', '/.mcpsession'].map((path) => ({
    title: `working directory ${path}`,
    spec: { workingDir: path },
  })),
  ...['/workspace/', '~', '/a:b', '/a,b', '/\u200bproc', '/./proc'].map((path) => ({
    title: `working directory ${JSON.stringify(path)}`,
    spec: { workingDir: path },
  })),
  { title: 'an empty working directory', spec: { workingDir: '' }, want: ['SCHEMA'] },
  { title: 'a working directory of 1025 characters', spec: { workingDir: `/${'a'.repeat(1024)}` }, want: ['SCHEMA'] },
]);
