// What `up` tells: people on the terminal, programs in the ready file.

import { rename, writeFile } from 'node:fs/promises';

export interface ReadyFile {
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly mcpUrl: string;
  readonly mcpToken: string;
  readonly mcpCaFile: string;
  readonly nodeApiUrl: string;
  readonly webhookUrl: string;
  readonly metricsUrl: string;
}

/** Complete or absent, never half: whoever waits for the file may read it at once. It holds a token, so it is ours alone. */
export async function writeReadyFile(path: string, ready: ReadyFile): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(ready, null, 2)}\n`, { mode: 0o600 });
  await rename(partial, path);
}

export function readyText(input: {
  readonly ready: ReadyFile;
  readonly kubectlCacheDir: string | null;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly seconds: number;
  readonly logFile: string;
  /** How this program was started: node and the bundle. */
  readonly program: readonly string[];
}): string {
  const { ready, kubectlCacheDir, namespace, serviceAccount } = input;
  const token = `${ready.kubectl} create token ${serviceAccount} -n ${namespace} --audience mcpsession --duration 24h`;
  return `
ready in ${input.seconds.toFixed(1)} s: control plane, webhook, placement, controller and MCP front end

Kubernetes  export KUBECONFIG=${ready.kubeconfig}${kubectlCacheDir === null ? '' : ` KUBECACHEDIR=${kubectlCacheDir}`}
            ${ready.kubectl} apply -f examples/01-hello.yaml
            ${ready.kubectl} get mcps
MCP         ${ready.mcpUrl}
  token     ${token}
  stdio     claude mcp add mcpsession -- ${input.program.join(' ')} mcp --kubeconfig ${ready.kubeconfig}
  http      export NODE_EXTRA_CA_CERTS=${ready.mcpCaFile}    # where the MCP client runs
            claude mcp add --transport http mcpsession ${ready.mcpUrl} --header "Authorization: Bearer $(${token})"
Metrics     ${ready.metricsUrl}
Log         ${input.logFile}

Stop with Ctrl-C: the containers of all sessions are removed.
`;
}
