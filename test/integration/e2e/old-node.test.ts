// The program on a Node that is too old, where a library does not even load.

import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { BUNDLE } from '../../support/running-up.ts';

/** What is there when the program begins: an older version, and, as in that one, no function that undici takes while it loads. */
const OLDER = `
  import zlib from 'node:zlib';
  Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
  delete zlib.createZstdDecompress;
`;

test('is told which one it needs, and nothing else', async () => {
  const older = `data:text/javascript,${encodeURIComponent(OLDER)}`;
  const ended = await new Promise((resolve) => {
    const child = execFile(process.execPath, ['--import', older, BUNDLE, 'version'], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: Node 20.20.2 is too old; Node 22.19 or newer is needed (npm ci installs a pinned one: use npm run or npx)\n',
  });
});
