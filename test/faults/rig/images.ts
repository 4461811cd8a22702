// The images that the workloads run: the session image of all tests, and one made from it that declares a volume.

import { ensureSessionImage } from '../../../hack/session-image.ts';
import { openEngine, SOCKET } from './engine.ts';
import { SENTINEL_PREFIX } from './sentinels.ts';

/** Its volume is one that the engine makes for each container, without a name or a label: only `v=1` takes it away again. */
export const VOLUME_IMAGE = 'mcps.local/busybox-volume:1';
export const VOLUME_TARGET = '/scratch';

/** Made again by every run, since the image below it may be another one today. */
export async function ensureImages(say: (line: string) => void): Promise<void> {
  const { imageId } = await ensureSessionImage({ socketPath: SOCKET, log: say });
  const engine = openEngine();
  const name = `${SENTINEL_PREFIX}${process.pid}-volume-image`; // found by the next run when this one is killed here
  const created = await engine.call('POST', `/containers/create?name=${name}`, { Image: imageId });
  const { Id = '' } = created.body as { readonly Id?: string }; // the engine's documented answer
  try {
    const [repo = '', tag = ''] = VOLUME_IMAGE.split(':');
    const query = new URLSearchParams({ container: Id, repo, tag, changes: `VOLUME ${VOLUME_TARGET}` });
    const { code, body } = await engine.call('POST', `/commit?${query.toString()}`);
    if (code !== 201) throw new Error(`harness: ${VOLUME_IMAGE} not made: ${JSON.stringify(body)}`);
  } finally {
    await engine.remove(Id);
  }
}
