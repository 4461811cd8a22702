// `mcpsession cp`: silent when all went well; 1 when something of a directory was left out.

import type { CopyOptions } from '../../arguments/copy.ts';
import { EXIT_FAILURE, EXIT_OK } from '../../exit-codes.ts';
import { note } from '../output.ts';
import type { Console, SessionClient } from '../session-client.ts';
import { download } from './download.ts';
import { upload } from './upload.ts';

/** Rejects with OperatorError when nothing more can be copied. */
export async function runCopy(
  options: CopyOptions,
  { console, client }: { readonly console: Console; readonly client: SessionClient },
  signal: AbortSignal,
): Promise<number> {
  const { recursive, remote, local } = options;
  const job = { console, client, recursive };
  const copy = options.direction === 'upload' ? upload : download;
  const failures = await copy(job, { remote, local }, signal);
  if (failures === 0) return EXIT_OK;
  note(console.stderr, `error: ${failures} ${failures === 1 ? 'entry was' : 'entries were'} not copied`);
  return EXIT_FAILURE;
}
