// A volume plugin of the engine that really bounds its volumes: each is a file system of the asked size in a file of its own. It speaks
// the engine's plugin protocol over a socket, and mounts its volumes where the engine sees them.

import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Volume {
  readonly file: string;
  readonly mountpoint: string;
}

export interface LoopVolumePlugin {
  /** What each volume was asked to be: name and the engine's options. */
  readonly created: readonly { readonly name: string; readonly options: Readonly<Record<string, string>> }[];
  close(): Promise<void>;
}

export async function startLoopVolumePlugin(options: {
  readonly socketPath: string;
  readonly directory: string;
  /** Of the engine: mounts are made in its mount namespace. */
  readonly pid: number;
}): Promise<LoopVolumePlugin> {
  const { directory, socketPath, pid } = options;
  const inEngine = (...command: readonly string[]) => run('nsenter', ['-t', String(pid), '-m', '--', ...command]);
  const volumes = new Map<string, Volume>();
  const created: { name: string; options: Record<string, string> }[] = [];

  const create = async (name: string, given: Record<string, string>): Promise<void> => {
    if (volumes.has(name)) return;
    const volume = { file: join(directory, `${name}.img`), mountpoint: join(directory, name) };
    const file = await open(volume.file, 'w');
    await file.truncate(Number(given['size']));
    await file.close();
    await mkdir(volume.mountpoint);
    await run('mkfs.ext4', ['-q', '-m', '0', volume.file]);
    await inEngine('mount', '-o', 'loop', volume.file, volume.mountpoint);
    await inEngine('rmdir', join(volume.mountpoint, 'lost+found')); // the engine gives an owner to an empty volume only
    volumes.set(name, volume);
    created.push({ name, options: given });
  };
  const remove = async (name: string): Promise<void> => {
    const volume = volumes.get(name);
    if (volume === undefined) return;
    volumes.delete(name);
    await inEngine('umount', volume.mountpoint);
    await rm(volume.mountpoint, { recursive: true });
    await rm(volume.file);
  };
  const described = (name: string) => ({ Name: name, Mountpoint: volumes.get(name)?.mountpoint ?? '' });

  const answer = async (path: string, { Name = '', Opts }: Asked): Promise<Record<string, unknown>> => {
    switch (path) {
      case '/Plugin.Activate':
        return { Implements: ['VolumeDriver'] };
      case '/VolumeDriver.Capabilities':
        return { Capabilities: { Scope: 'local' } };
      case '/VolumeDriver.Create':
        await create(Name, Opts ?? {});
        return { Err: '' };
      case '/VolumeDriver.Remove':
        await remove(Name);
        return { Err: '' };
      case '/VolumeDriver.Mount':
      case '/VolumeDriver.Path':
        return { ...described(Name), Err: '' };
      case '/VolumeDriver.Get':
        return volumes.has(Name) ? { Volume: described(Name), Err: '' } : { Err: 'no such volume' };
      case '/VolumeDriver.List':
        return { Volumes: [...volumes.keys()].map(described), Err: '' };
      default:
        return { Err: '' };
    }
  };

  const server = createServer((request, response) => {
    void bodyOf(request)
      .then((asked) => answer(request.url ?? '', asked))
      .catch((thrown: unknown) => ({ Err: String(thrown) }))
      .then((said) => response.end(JSON.stringify(said)));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    created,
    close: async () => {
      for (const name of volumes.keys()) await remove(name);
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Asked {
  readonly Name?: string;
  readonly Opts?: Record<string, string>;
}

async function bodyOf(request: IncomingMessage): Promise<Asked> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Asked); // as the engine writes it
}
