// A second engine for one test file, with plugins and name servers of its own: in a network namespace, because a second dockerd beside the
// machine's engine touches that one's bridge, and in a mount namespace, because every engine looks for plugins in the same directory.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findDockerd } from '../../../hack/docker/install-engine.ts';
import { probeEngine } from '../../../hack/docker/probe-engine.ts';
import { ensureSessionImage } from '../../../hack/session-image.ts';
import { waitFor } from '../../support/wait-for.ts';

const run = promisify(execFile);
const ANSWERS_WITHIN_MS = 60_000;

export interface PrivateEngine {
  readonly socketPath: string;
  /** Of dockerd; its network namespace is the engine's. */
  readonly pid: number;
  /** Sockets of plugins go here. */
  readonly plugins: string;
  readonly directory: string;
  stop(): Promise<void>;
}

/** `nameServer`: the only one in the engine's /etc/resolv.conf. */
export async function startPrivateEngine(options: { readonly nameServer: string }): Promise<PrivateEngine> {
  const dockerd = await findDockerd();
  if (dockerd === null) throw new Error('no dockerd on this machine');
  const directory = await mkdtemp(join(tmpdir(), 'mcpsession-private-'));
  const at = (name: string): string => join(directory, name);
  await mkdir(at('plugins'));
  await mkdir('/run/docker/plugins', { recursive: true });
  await writeFile(at('resolv.conf'), `nameserver ${options.nameServer}\n`);
  const socketPath = at('docker.sock');
  const places = ['--host', `unix://${socketPath}`, '--data-root', at('data'), '--exec-root', at('exec')];
  const prepare = [
    `mount --bind ${at('plugins')} /run/docker/plugins`,
    `mount --bind ${at('resolv.conf')} /etc/resolv.conf`,
    'ip link set lo up',
    `exec ${dockerd} ${[...places, '--pidfile', at('pid')].join(' ')}`,
  ].join(' && ');
  const log = await open(at('dockerd.log'), 'a');
  const separate = ['--net', '--mount', '--propagation', 'slave', '--'];
  const child: ChildProcess = spawn('unshare', [...separate, 'sh', '-c', prepare], {
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answers = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error((await readFile(at('dockerd.log'), 'utf8')).slice(-2_000));
    return (await probeEngine(socketPath)).state === 'answers';
  };
  await waitFor('the private engine', answers, ANSWERS_WITHIN_MS);
  await ensureSessionImage({ socketPath, log: () => {} });
  return {
    socketPath,
    pid: child.pid ?? 0,
    plugins: at('plugins'),
    directory,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
      for (const path of mounts.filter((each) => each.startsWith(`${directory}/`)).toReversed()) {
        await run('umount', ['-l', path]).catch(() => {}); // gone with what was mounted above
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
