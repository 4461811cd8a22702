// Runs in a pod (agent-pod.ts): MCP as an agent of the cluster has it. It learns from the API server where the front end is and whom
// to trust, shows the token of its own ServiceAccount, makes the calls of its argument one after another, and prints their results.

import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import type { AgentCall, AgentResult } from './agent-calls.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const PLACE = '/api/v1/namespaces/mcpsession-system/configmaps/mcpsession-frontend';

async function main(calls: readonly AgentCall[]): Promise<readonly AgentResult[]> {
  const place = JSON.parse(await readPlace()) as { readonly data: { readonly url: string; readonly 'ca.crt': string } }; // a ConfigMap
  setDefaultCACertificates([...getCACertificates(), place.data['ca.crt']]);
  const token = await readFile('/var/run/secrets/mcpsession/token', 'utf8');
  const client = new Client(
    { name: 'agent', version: '0.0.0' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', place.data.url), { requestInit }));
  const results: AgentResult[] = [];
  for (const { tool, args } of calls) {
    const result = await client.callTool({ name: tool, arguments: args }, { timeout: 120_000 });
    const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
    const structured = (result.structuredContent ?? null) as AgentResult['structured']; // an object by the tool's schema
    results.push({ isError: result.isError === true, text, structured });
  }
  await client.close();
  return results;
}

/** Everybody with an account may read this one ConfigMap. */
async function readPlace(): Promise<string> {
  const [ca, token] = await Promise.all([readFile(`${ACCOUNT}/ca.crt`), readFile(`${ACCOUNT}/token`, 'utf8')]);
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request({ host: 'kubernetes.default.svc', path: PLACE, ca, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    sent.on('error', reject).end();
  });
}

const calls = JSON.parse(process.argv[2] ?? '[]') as readonly AgentCall[]; // by agent-pod.ts
process.stdout.write(JSON.stringify(await main(calls)));
