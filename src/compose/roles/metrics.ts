// The metrics listener: a port of its own, without session data (ux.md 1.4).

import type { Log } from '../../ports/log.ts';
import { sendJson, startWebServer, type WebServer } from '../../process/https-server.ts';
import type { Metrics } from '../../process/metrics.ts';

export function startMetricsServer(options: {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly host: string;
  readonly port: number;
}): Promise<WebServer> {
  const { metrics, log, host, port } = options;
  return startWebServer({
    name: 'metrics',
    host,
    port,
    certificate: null,
    log,
    handle: async (request, response) => {
      if (request.url === '/healthz') return sendJson(response, 200, { ok: true });
      if (request.url !== '/metrics') return sendJson(response, 404, { error: 'metrics are at /metrics' });
      const text = await metrics.render();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    },
  });
}
