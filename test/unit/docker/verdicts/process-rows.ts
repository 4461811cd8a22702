// Config: security.md 4.4, field by field; and what of the answer's top says the same in the engine's own words.

import { DRIFT, denied, type VerdictRow } from './verdict.ts';

const ours: readonly VerdictRow[] = [
  { field: 'Config.Image', verdict: 'asked', hostile: ['busybox', 'docker.io/library/x:1'], foundBy: 'MCPS-929' },
  { field: 'Image', verdict: 'asked', hostile: ['busybox', ''], foundBy: 'MCPS-928' },
  { field: 'Image', verdict: 'asked', hostile: [`sha256:${'0e'.repeat(32)}`], foundBy: 'MCPS-929' },
  { field: 'Name', verdict: 'asked', hostile: ['/k8s_POD_x', '/mcps-other', ''], foundBy: 'MCPS-928' },
  {
    field: 'Config.User',
    verdict: 'asked',
    hostile: ['', '0', '0:0', '00', '+0', ':0', ':', '1000', '1000:', 'root', '4294967296:1', '1001:0'],
    foundBy: 'MCPS-903',
  },
  {
    field: 'Config.WorkingDir',
    verdict: 'asked',
    hostile: ['/proc/self/fd/8', '/proc/1/cwd', '/sys', '/dev', 'x', ''],
    foundBy: 'MCPS-926',
  },
  {
    field: 'Config.Env',
    verdict: 'asked',
    hostile: [['LD_PRELOAD=/x'], ['NVIDIA_VISIBLE_DEVICES=all'], ['A=1', 'A=2'], ['PATH=.'], ['=x']],
    foundBy: 'MCPS-927',
  },
  { field: 'Config.Env', verdict: 'asked', hostile: [null, ['A=1']], foundBy: DRIFT },
  { field: 'Config.Entrypoint', verdict: 'asked', hostile: [null, [], ['/bin/sh']], foundBy: 'MCPS-930' },
  { field: 'Config.Cmd', verdict: 'asked', hostile: [null, ['sh', '-c', 'id']], foundBy: 'MCPS-930' },
  { field: 'Config.Cmd', verdict: 'asked', hostile: [['run', '--root', '/']], foundBy: 'MCPS-929' },
  { field: 'Path', verdict: 'asked', hostile: ['/bin/sh', ''], foundBy: 'MCPS-929' },
  { field: 'Args', verdict: 'asked', hostile: [[], ['-c', 'id']], foundBy: 'MCPS-929' },
  {
    field: 'Config.Healthcheck',
    verdict: 'fixed',
    sends: { Test: ['NONE'] },
    hostile: [{ Test: ['CMD', 'id'] }, { Test: ['CMD-SHELL', 'id'], Interval: 1_000_000 }],
    foundBy: 'MCPS-925',
  },
  {
    field: 'Config.StopSignal',
    verdict: 'fixed',
    sends: 'SIGTERM',
    hostile: ['SIGSTOP', 'SIGCONT', 'SIGKILL', '99'],
    foundBy: 'MCPS-925',
  },
  { field: 'Config.Tty', verdict: 'fixed', sends: false, hostile: [true], foundBy: 'MCPS-925' },
  { field: 'Config.OpenStdin', verdict: 'asked', hostile: [false], foundBy: 'MCPS-930' },
  { field: 'AppArmorProfile', verdict: 'asked', hostile: ['unconfined', 'other'], foundBy: 'MCPS-906' },
  { field: 'AppArmorProfile', verdict: 'asked', hostile: ['mcpsession-default'], foundBy: DRIFT },
];

const harmless: readonly VerdictRow[] = [
  {
    field: 'Config.ExposedPorts',
    verdict: 'harmless',
    hostile: [{ '80/tcp': {} }],
    why: 'says what the image offers; what is published stands in the port bindings',
  },
];

export const processRows: readonly VerdictRow[] = [
  ...ours,
  ...harmless,
  ...denied('Config', {
    Hostname: ['postgres', 'a\nb'],
    Domainname: ['x'],
    AttachStdin: [true],
    AttachStdout: [true],
    AttachStderr: [true],
    StdinOnce: [true],
    ArgsEscaped: [true],
    Volumes: [{ '/data': {} }],
    NetworkDisabled: [true],
    MacAddress: ['02:42:ac:11:00:02'],
    OnBuild: [['RUN id']],
    StopTimeout: [-1, 1_000_000_000],
    Shell: [['/bin/sh', '-c']],
    FieldOfTomorrow: [1],
  }),
  {
    field: 'Config.Labels',
    verdict: 'asked',
    hostile: [null, {}],
    foundBy: 'not ours',
  },
];
