// Installs Debian's docker.io by apt-get. Only called when no engine answers and there is no dockerd to start.

import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { OperatorError } from '../../src/lib/errors.ts';
import { installPackage } from '../install-package.ts';

/** Where administrators' programs live; a user's PATH often leaves these out. */
const SYSTEM_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin'];

/** The path of an installed dockerd, or null. */
export async function findDockerd(): Promise<string | null> {
  const dirs = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_DIRS].filter((dir) => dir !== '');
  for (const dir of dirs) {
    const path = join(dir, 'dockerd');
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not in this directory: look in the next.
    }
  }
  return null;
}

/**
 * Installs docker.io without recommended packages. Where there is no init system, Debian's invoke-rc.d only reports that
 * it did not start the service, and the package still installs; the caller starts dockerd itself.
 */
export async function installEngine(log: (line: string) => void): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new OperatorError(
      'forbidden',
      'no Docker Engine is installed, and installing docker.io needs root; run this as root or install Docker yourself',
    );
  }
  log("docker: no engine is installed; installing Debian's docker.io by apt-get");
  await installPackage('docker.io', 'fix apt or install a Docker Engine yourself');
  const path = await findDockerd();
  if (path === null) {
    throw new OperatorError('internal', 'docker.io is installed but there is no dockerd on PATH or in /usr/sbin');
  }
  return path;
}
