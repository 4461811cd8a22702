import { fork } from 'node:child_process';
import { issueCertificate } from '../../src/process/certificates.ts';
import { admissionReview } from './webhook/review.ts';
import { Pool } from 'undici';
const certificate = await issueCertificate({ commonName: 'bench', hosts: ['127.0.0.1'], validForMs: 3600e3, nowMs: Date.now() });
const body = JSON.stringify(admissionReview());
const c = fork('test/bench/zz-server.ts', [], {execArgv: []});
const ask = (m: any) => new Promise<any>(r => { c.once('message', r); c.send(m); });
const {port} = await ask({say:'listen', certificate: {certPem: certificate.certPem, keyPem: certificate.keyPem}});
const pool = new Pool(`https://127.0.0.1:${port}`, {connect:{ca: certificate.ca.certPem}, pipelining:1});
const run = async (n: number) => { let left=n; await Promise.all(Array.from({length:16}, async()=>{ while(left-->0){ const r=await pool.request({method:'POST',path:'/validate',headers:{'content-type':'application/json'},body}); await r.body.dump(); } })); };
await ask({say:'level', level:6}); await run(10000);
const sum = [0,0,0,0,0,0,0].map(()=>[] as number[]);
for (let k=0;k<12;k++) for (let level=0; level<7; level++) { await ask({say:'level', level}); const a=await ask({say:'usage'}); await run(1000); const b=await ask({say:'usage'}); sum[level]!.push((b.user+b.system-a.user-a.system)/1000); }
['empty','+JSON.parse','+review zod','+spec zod','admit (incl spec)','+response','+metrics'].forEach((n,i)=>console.log(n.padEnd(20), sum[i]!.sort((a,b)=>a-b)[6]!.toFixed(0)));
c.kill(); process.exit(0);
