// What libraries bring along and this program never uses is not in its bundle: it would be parsed at every start, and stand in the list
// of packages of the image.

import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Of dockerode: engines over ssh and builds by BuildKit, which would bring ssh2, gRPC and protobuf. We speak to a unix socket and build nothing. */
const UNUSED = /\/node_modules\/(?:docker-modem\/lib\/ssh|dockerode\/lib\/(?:session|buildkit))\.js$/;
/** Its index exports a class for each kind of Kubernetes; we use its kubeconfig. It does not say itself that its modules do nothing when loaded. */
const WITHOUT_EFFECTS = '/node_modules/@kubernetes/client-node/';

export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    build.onLoad({ filter: UNUSED }, () => ({
      contents: 'module.exports = () => { throw new Error("left out of this bundle: see hack/left-out.ts"); };',
    }));
    build.onResolve(
      { filter: /^@kubernetes\/client-node$/ },
      async ({ path, importer, resolveDir, kind, pluginData }) => {
        if (pluginData === leaveOut.name) return undefined;
        const found = await build.resolve(path, { importer, resolveDir, kind, pluginData: leaveOut.name });
        return found.errors.length > 0 ? undefined : { path: found.path, sideEffects: false };
      },
    );
    // Its own imports name their file in full. Asking esbuild for each of these thousands would take ten times as long as all the rest.
    build.onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, importer, resolveDir }) =>
      importer.includes(WITHOUT_EFFECTS) ? { path: join(resolveDir, path), sideEffects: false } : undefined,
    );
  },
};
