// The API server byte for byte: what is sent is exactly the given text, and the answer comes back whole, refusals included. Apart
// from the product's client, which sends JSON of its own and turns refusals into errors.

import { type Dispatcher, request as send } from 'undici';

import { createConnection } from '../../../src/kube/connection.ts';
import { idsIn } from '../../corpus/gates.ts';
import type { RuleIds } from '../../corpus/case.ts';

export interface RawAnswer {
  readonly status: number;
  /** Parsed; the text where it is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

export interface RawApi {
  request(wanted: {
    readonly method: Dispatcher.HttpMethod;
    readonly path: string;
    readonly body?: string | Uint8Array;
    readonly contentType?: string;
  }): Promise<RawAnswer>;
  close(): Promise<void>;
}

/** A thousand sessions are deleted by one request. */
const DEADLINE_MS = 300_000;

/** With the rights of the kubeconfig. */
export function openRawApi(kubeconfigPath: string): RawApi {
  const connection = createConnection({ path: kubeconfigPath }, 'mcpsession-test');
  return {
    async request({ method, path, body, contentType = 'application/json' }) {
      const { dispatcher, headers } = await connection.prepare();
      const answer = await send(`${connection.url}${path}`, {
        method,
        dispatcher,
        headers: body === undefined ? headers : { ...headers, 'content-type': contentType },
        body: body ?? null,
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const text = await answer.body.text();
      const warning = answer.headers['warning'] ?? [];
      return {
        status: answer.statusCode,
        body: parsed(text),
        warnings: typeof warning === 'string' ? [warning] : warning,
      };
    },
    close: () => connection.close(),
  };
}

function parsed(text: string): RawAnswer['body'] {
  try {
    return JSON.parse(text) as RawAnswer['body']; // an object of Kubernetes
  } catch {
    return { text };
  }
}

/** The ids behind an answer: none when it was taken, SCHEMA when the definition or the decoder refused. */
export function idsOfAnswer(answer: RawAnswer | undefined): RuleIds {
  if (answer === undefined) return ['no answer'];
  const { status, body } = answer;
  if (status < 300) return [];
  const details = (body['details'] ?? {}) as { readonly causes?: readonly { readonly message?: string }[] }; // a Status
  const causes = (details.causes ?? []).map(({ message = '' }) => message);
  const told = idsIn([...causes, textOf(body['message'])].join('\n')); // an admission policy has its text in the message
  return told.length > 0 ? told : ['SCHEMA'];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export const sessionsPath = (namespace: string, name = ''): string =>
  `/apis/mcpsession.dev/v1alpha1/namespaces/${namespace}/mcpsessions${name === '' ? '' : `/${name}`}`;

/** Calls for every item, at most `most` at a time, and keeps the order. */
export async function inParallel<Item, Result>(
  most: number,
  items: readonly Item[],
  call: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) results[index] = await call(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
