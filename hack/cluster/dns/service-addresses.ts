// The addresses behind `<service>.<namespace>.svc.cluster.local`, asked of the API server at each question: there are few,
// and an answer that is never old keeps tests free of waiting.

import { z } from 'zod';

import type { Api } from '../api.ts';
import { CLUSTER_DOMAIN } from '../layout.ts';
import { type Answer, type Question, TYPE_A } from './message.ts';

const TTL_SECONDS = 1;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const serviceSchema = z.object({ spec: z.object({ clusterIP: z.string().optional() }) });
const slicesSchema = z.object({
  items: z.array(
    z.object({
      addressType: z.string(),
      endpoints: z
        .array(
          z.object({
            addresses: z.array(z.string()),
            conditions: z.object({ ready: z.boolean().nullish() }).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});

/** Refuses names outside the cluster: it knows nobody to ask. */
export async function answerTo(question: Question, api: Api): Promise<Answer> {
  const nothing = { addresses: [], ttlSeconds: TTL_SECONDS };
  if (question.name !== CLUSTER_DOMAIN && !question.name.endsWith(`.${CLUSTER_DOMAIN}`)) {
    return { code: 'refused', ...nothing };
  }
  const service = serviceOf(question.name);
  const addresses = service === null ? null : await addressesOf(service, api);
  if (addresses === null) return { code: 'noSuchName', ...nothing };
  return { code: 'noError', ttlSeconds: TTL_SECONDS, addresses: question.type === TYPE_A ? addresses : [] };
}

interface ServiceName {
  readonly name: string;
  readonly namespace: string;
}

export function serviceOf(domainName: string): ServiceName | null {
  const suffix = `.svc.${CLUSTER_DOMAIN}`;
  if (!domainName.endsWith(suffix)) return null;
  const labels = domainName.slice(0, -suffix.length).split('.');
  const [name = '', namespace = ''] = labels;
  return labels.length === 2 && labels.every((label) => LABEL.test(label)) ? { name, namespace } : null;
}

/** null when there is no such Service. One without an address of its own has those of its ready endpoints. */
async function addressesOf({ name, namespace }: ServiceName, api: Api): Promise<readonly string[] | null> {
  const found = await api.ask({ method: 'GET', path: `/api/v1/namespaces/${namespace}/services/${name}` });
  if (found.status === 404) return null;
  const { clusterIP = '' } = serviceSchema.parse(found.body).spec;
  if (clusterIP === '') return [];
  if (clusterIP !== 'None') return [clusterIP];
  const query = new URLSearchParams({ labelSelector: `kubernetes.io/service-name=${name}` });
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?${query.toString()}`;
  const { items } = slicesSchema.parse((await api.ask({ method: 'GET', path })).body);
  return items
    .filter(({ addressType }) => addressType === 'IPv4')
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses);
}
