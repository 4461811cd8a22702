// A session with something in every field, and what somebody may try to make of it later.

import { PINNED_IMAGE } from '../../support/session-builder.ts';
import type { Change } from './write-paths.ts';

/** With something in every field, so that there is something to take away. */
export const SPEC = {
  image: PINNED_IMAGE,
  command: ['sleep'],
  args: ['60'],
  workingDir: '/tmp',
  env: [{ name: 'A', value: 'x' }],
  user: { uid: 2000, gid: 2000 },
  resources: { pids: 20 },
  workspace: { sizeLimit: '1Mi' },
  tmpfs: [{ path: '/cache', sizeLimit: '1Mi' }],
  mounts: [{ hostPath: '/srv/data', target: '/data' }],
  network: { mode: 'none' },
  security: { runtime: 'runc' },
  failurePolicy: 'Retain',
  sessionInit: 'Enabled',
  nodeSelector: { zone: 'nowhere' },
  operatingMode: 'Suspended',
  lifetime: { ttlSeconds: 600 },
} as const;

/** Each with the id that refuses it. */
export const changes: readonly { readonly name: string; readonly change: Change; readonly want: string }[] = [
  { name: 'another image', change: { spec: { image: 'python:3.13' } }, want: 'SCHEMA' },
  { name: 'another command', change: { spec: { command: ['id'] } }, want: 'SCHEMA' },
  { name: 'other arguments', change: { spec: { args: ['1'] } }, want: 'SCHEMA' },
  { name: 'another working directory', change: { spec: { workingDir: '/proc/self/fd/8' } }, want: 'SCHEMA' },
  { name: 'another variable', change: { spec: { env: [{ name: 'LD_PRELOAD', value: '/x.so' }] } }, want: 'SCHEMA' },
  { name: 'root', change: { spec: { user: { uid: 0, gid: 0 } } }, want: 'SCHEMA' },
  { name: 'more processes', change: { spec: { resources: { pids: 512 } } }, want: 'SCHEMA' },
  { name: 'a larger workspace', change: { spec: { workspace: { sizeLimit: '9999Ti' } } }, want: 'SCHEMA' },
  { name: 'another directory in memory', change: { spec: { tmpfs: [{ path: '/proc' }] } }, want: 'SCHEMA' },
  {
    name: 'the engine socket',
    change: { spec: { mounts: [{ hostPath: '/var/run/docker.sock', target: '/s' }] } },
    want: 'SCHEMA',
  },
  { name: 'another network', change: { spec: { network: { mode: 'egress' } } }, want: 'SCHEMA' },
  { name: 'privileged', change: { spec: { security: { privileged: true } } }, want: 'SCHEMA' },
  { name: 'another failure policy', change: { spec: { failurePolicy: 'Recreate' } }, want: 'SCHEMA' },
  { name: 'no session init', change: { spec: { sessionInit: 'Disabled' } }, want: 'SCHEMA' },
  { name: 'another node', change: { spec: { nodeSelector: { zone: 'b' } } }, want: 'SCHEMA' },
  { name: 'another Secret', change: { spec: { imagePullSecrets: [{ name: 'other' }] } }, want: 'SCHEMA' },
  { name: 'a field that no session has', change: { spec: { hostPID: true } }, want: 'SCHEMA' },
  {
    name: 'a longer life than policy allows',
    change: { spec: { lifetime: { ttlSeconds: 86_400 } } },
    want: 'MCPS-401',
  },
  {
    name: 'a longer idle time than policy allows',
    change: { spec: { lifetime: { ttlSeconds: 600, idleTimeoutSeconds: 86_400 } } },
    want: 'MCPS-402',
  },
  { name: 'a label of the operator', change: { labels: { 'mcpsession.dev/uid': 'x' } }, want: 'MCPS-602' },
  { name: 'a label below it', change: { labels: { 'a.mcpsession.dev/uid': 'x' } }, want: 'MCPS-602' },
  {
    name: 'an annotation of the operator',
    change: { annotations: { 'mcpsession.dev/policy': 'x' } },
    want: 'MCPS-602',
  },
  { name: 'the domain of the operator alone', change: { labels: { 'mcpsession.dev': 'x' } }, want: 'MCPS-602' },
  { name: 'a domain below that of users', change: { labels: { 'a.user.mcpsession.dev/x': 'x' } }, want: 'MCPS-602' },
  {
    name: 'an annotation of the operator in capitals',
    change: { annotations: { 'MCPSESSION.DEV/uid': 'x' } },
    want: 'MCPS-602',
  },
  { name: 'an owner', change: { annotations: { 'mcpsession.dev/owner': 'alice' } }, want: 'MCPS-601' },
];

/** Fields that can be taken away to get their default back, were they not immutable. */
export const removals: readonly string[] = Object.keys(SPEC).filter(
  (field) =>
    !['image', 'operatingMode', 'lifetime', 'network', 'security', 'failurePolicy', 'sessionInit'].includes(field),
);
