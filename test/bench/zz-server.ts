import { defaultPolicy } from '../../src/model/policy.ts';
import { silentLog } from '../../src/ports/log.ts';
import { readBody, sendJson, startWebServer } from '../../src/process/https-server.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import { parseAdmissionReview, admissionResponse } from '../../src/webhook/admission-review.ts';
import { admit } from '../../src/webhook/admit.ts';
import { parseSessionSpec } from '../../src/model/session.ts';
const policy = defaultPolicy(); const opts = { policy, frontendUsername: 'x' };
const m = createMetrics({ version: 'x' });
let level = 0;
const s = { server: null as any };
process.on('message', async (msg: any) => {
  if (msg.say === 'listen') { const server = await startWebServer({ host: '127.0.0.1', port: 0, log: silentLog, name: 'x', certificate: msg.certificate, handle: async (req, res) => {
    const b = await readBody(req, 8e6, new AbortController().signal);
    if (level === 0) return sendJson(res, 200, { ok: true });
    const v = JSON.parse(b.toString('utf8'));
    if (level === 1) return sendJson(res, 200, { ok: true });
    const r = parseAdmissionReview(v); if (typeof r === 'string') throw 1;
    if (level === 2) return sendJson(res, 200, { ok: true });
    if (level === 3) { parseSessionSpec(r.object!.spec); return sendJson(res, 200, { ok: true }); }
    const { answer } = admit(r, opts);
    if (level === 4) return sendJson(res, 200, { ok: true });
    sendJson(res, 200, admissionResponse(r, answer));
    if (level === 5) return;
    m.admissionDuration.observe(0.001); m.admissionRequests.inc({ operation: 'CREATE', decision: 'allow' });
  } }); process.send!({ port: server.port }); }
  if (msg.say === 'level') { level = msg.level; process.send!({}); }
  if (msg.say === 'usage') { process.send!(process.cpuUsage()); }
});
