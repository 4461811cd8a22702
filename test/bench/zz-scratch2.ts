import { issueCertificate } from '../../src/process/certificates.ts';
import { openServer } from './webhook/servers.ts';
import { admissionReview } from './webhook/review.ts';
const certificate = await issueCertificate({
  commonName: 'bench',
  hosts: ['127.0.0.1'],
  validForMs: 3600e3,
  nowMs: Date.now(),
});
const kind = process.argv[2] as 'webhook';
const s = await openServer(kind, certificate);
const body = JSON.stringify(admissionReview());
for (let i = 0; i < 12; i++) {
  const r = await s.load({ path: '/validate', body, requests: 4000, inFlight: 16 });
  console.log(
    kind,
    r.cpuMicros.toFixed(1),
    'wall/req',
    (r.latenciesMs.reduce((a, b) => a + b, 0) / r.latenciesMs.length).toFixed(2),
  );
}
await s[Symbol.asyncDispose]();
process.exit(0);
