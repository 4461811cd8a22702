// The listener for probes and metrics: a port of its own, without session data (ux.md 1.4).

import type { Log } from '../../ports/log.ts';
import { sendJson, startWebServer, type WebServer } from '../../process/https-server.ts';
import type { Metrics } from '../../process/metrics.ts';

export function startMetricsServer(options: {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly host: string;
  readonly port: number;
  /** What has to be true before the role can do its work, by name. Left out: nothing. */
  readonly checks?: () => Readonly<Record<string, boolean>>;
}): Promise<WebServer> {
  const { metrics, log, host, port, checks = () => ({}) } = options;
  return startWebServer({
    name: 'metrics',
    host,
    port,
    certificate: null,
    openToAll: true,
    log,
    handle: async (request, response) => {
      if (request.url === '/healthz') return sendJson(response, 200, { ok: true });
      if (request.url === '/readyz') {
        const missing = Object.entries(checks()).filter(([, holds]) => !holds);
        return sendJson(response, missing.length === 0 ? 200 : 503, {
          ok: missing.length === 0,
          missing: missing.map(([name]) => name),
        });
      }
      if (request.url !== '/metrics')
        return sendJson(response, 404, { error: 'no such path; there are /metrics, /healthz and /readyz' });
      const text = await metrics.render();
      response.writeHead(200, { 'content-type': metrics.contentType }).end(text);
    },
  });
}
