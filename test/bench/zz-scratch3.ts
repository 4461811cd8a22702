import { fork } from 'node:child_process';
import { issueCertificate } from '../../src/process/certificates.ts';
import { admissionReview } from './webhook/review.ts';
import { Pool } from 'undici';
import { readFileSync } from 'node:fs';
const certificate = await issueCertificate({ commonName: 'bench', hosts: ['127.0.0.1'], validForMs: 3600e3, nowMs: Date.now() });
const body = JSON.stringify(admissionReview());
const spinOn = process.argv[2] === 'spin';
const mk = async (kind: string) => { const c = fork('test/bench/webhook/server.ts', [], {execArgv: []}); const port = await new Promise<number>(r => { c.once('message', (m: any) => r(m.port)); c.send({say:'listen', kind, certificate: {certPem: certificate.certPem, keyPem: certificate.keyPem}}); }); return {c, pool: new Pool(`https://127.0.0.1:${port}`, {connect:{ca: certificate.ca.certPem}, pipelining:1})}; };
const ticks = (pid: number) => { const f = readFileSync(`/proc/${pid}/schedstat`,'utf8').split(' '); const s = readFileSync(`/proc/${pid}/stat`,'utf8').split(' '); const st = readFileSync(`/proc/${pid}/status`,'utf8'); return { run: Number(f[0])/1000, u: Number(s[13])*10000, s: Number(s[14])*10000, vol: Number(/voluntary_ctxt_switches:\s+(\d+)/.exec(st)![1]), non: Number(/nonvoluntary_ctxt_switches:\s+(\d+)/.exec(st)![1]) }; };
for (const k of ['empty','webhook']) { const {c,pool} = await mk(k);
 const run = async (n: number, inF: number) => { let left=n; let on=true; const spin=()=>{ if(on) setImmediate(spin)}; if (spinOn) spin(); await Promise.all(Array.from({length:inF}, async()=>{ while(left-->0){ const r=await pool.request({method:'POST',path:'/validate',headers:{'content-type':'application/json'},body}); await r.body.dump(); } })); on=false; };
 await run(16000,16);
 for (const inF of [1,16]) { const N=16000; const a=ticks(c.pid!); const t=performance.now(); await run(N,inF); const b=ticks(c.pid!); console.log(k, 'inflight',inF,'wall',((performance.now()-t)/N*1000).toFixed(0),'user',((b.u-a.u)/N).toFixed(0),'sys',((b.s-a.s)/N).toFixed(0),'vol/req',((b.vol-a.vol)/N).toFixed(2),'nonvol',((b.non-a.non)/N).toFixed(2)); }
 c.kill(); await pool.destroy(); }
process.exit(0);
