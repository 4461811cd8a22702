import { readFile, writeFile } from 'node:fs/promises';

/** A value that outlives the process: read from the file, else made and written there (mode 0600). */
export async function remembered(file: string, make: () => string): Promise<string> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    if (text !== '') return text;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown; // anything but a first run
  }
  const made = make();
  await writeFile(file, `${made}\n`, { mode: 0o600 });
  return made;
}
