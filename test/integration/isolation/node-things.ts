// What a node has that a session must not get, made for the weakened containers of one test file: sockets, devices, a mount that is
// shared, credentials, and volumes that are not what they seem.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { rawDocker } from '../../support/docker.ts';
import { runPrefix } from '../../support/oracle/run.ts';

export interface NodeThings {
  /** With a socket in it. */
  readonly directory: string;
  /** Mounted, and shared with whoever mounts it. */
  readonly sharedDirectory: string;
  readonly blockDevice: string;
  /** A local volume whose options make it the root of the node. */
  readonly rootVolume: string;
  /** A local volume whose options make it a second /proc. */
  readonly procVolume: string;
  readonly remove: () => Promise<void>;
}

export async function makeNodeThings(): Promise<NodeThings> {
  const top = mkdtempSync('/srv/mcps-probe-');
  const [directory, sharedDirectory] = [join(top, 'directory'), join(top, 'shared')];
  for (const each of [directory, sharedDirectory]) mkdirSync(each, { mode: 0o755 });
  writeFileSync(join(directory, 'token'), 'not a secret\n');
  run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', sharedDirectory]);
  run('mount', ['--make-shared', sharedDirectory]);
  const blockDevice = join(top, 'block');
  run('mknod', [blockDevice, 'b', '7', '201']); // a loop device that nothing is behind
  const servers = [await listen(join(directory, 'any.sock')), await listen(`\0${runPrefix()}probe`)];
  const volumes = {
    rootVolume: await localVolume('root', { type: 'none', o: 'bind', device: '/' }),
    procVolume: await localVolume('proc', { type: 'proc', device: 'proc' }),
  };
  return {
    directory,
    sharedDirectory,
    blockDevice,
    ...volumes,
    remove: async () => {
      for (const server of servers) server.close();
      for (const name of Object.values(volumes)) await rawDocker().getVolume(name).remove();
      run('umount', [sharedDirectory]);
      rmSync(top, { recursive: true });
    },
  };
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen({ path }, () => resolve(server));
  });
}

async function localVolume(name: string, options: Record<string, string>): Promise<string> {
  const Name = `${runPrefix()}probe-${name}`;
  await rawDocker().createVolume({ Name, Driver: 'local', DriverOpts: options });
  return Name;
}

/** For the probe's argument --node-namespaces. */
export const nodeNamespaces = (): string =>
  ['cgroup', 'ipc', 'pid', 'uts'].map((name) => readlinkSync(`/proc/self/ns/${name}`)).join(',');
