// A TCP port in front of the API server's whose connections can be cut, as networks do: no close, no answer, at any moment.

import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CuttableProxy extends AsyncDisposable {
  /** The kubeconfig of the server, with this port. */
  readonly kubeconfigPath: string;
  /** Cuts one of the open connections; `pick` (0 to 1) says which. False when there is none. */
  cut(pick: number): boolean;
}

export async function openCuttableProxy(server: {
  readonly url: string;
  readonly kubeconfigPath: string;
}): Promise<CuttableProxy> {
  const { hostname, port } = new URL(server.url);
  const open = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    open.add(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {}); // the other side is told by the close below
      socket.once('close', () => {
        open.delete(client);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port: ownPort } = proxy.address() as AddressInfo; // listening on TCP
  const text = await readFile(server.kubeconfigPath, 'utf8');
  const kubeconfigPath = `${server.kubeconfigPath}.proxied`;
  await writeFile(kubeconfigPath, text.replace(server.url, `https://127.0.0.1:${ownPort}`), { mode: 0o600 });
  return {
    kubeconfigPath,
    cut(pick) {
      const chosen = [...open][Math.floor(pick * open.size)];
      chosen?.resetAndDestroy();
      return chosen !== undefined;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => proxy.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
