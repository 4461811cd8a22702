// Takes admission out of the way and puts it back: the webhook's configuration and the bindings of the admission policies, as
// somebody with the rights to do so could, or as it is for objects that were stored before these existed.

import { waitFor } from '../../support/wait-for.ts';
import type { RawApi } from './raw-api.ts';

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const COLLECTIONS = ['validatingwebhookconfigurations', 'validatingadmissionpolicybindings'] as const;

type Object = Readonly<Record<string, unknown>>;

export interface RemovedAdmission {
  /** Puts everything back and resolves when `isRefused` says that it works. */
  restore(isRefused: () => Promise<boolean>): Promise<void>;
}

/** Resolves when `isAdmitted` says that nothing judges any more. */
export async function removeAdmission(api: RawApi, isAdmitted: () => Promise<boolean>): Promise<RemovedAdmission> {
  const removed = (await Promise.all(COLLECTIONS.map((collection) => remove(api, collection)))).flat();
  await waitFor('admission to be gone', isAdmitted);
  return {
    async restore(isRefused) {
      for (const { collection, object } of removed) {
        const body = JSON.stringify(object);
        const { status } = await api.request({ method: 'POST', path: `${ADMISSION}/${collection}`, body });
        if (status !== 201) throw new Error(`${collection} was not put back: ${status}`);
      }
      await waitFor('admission to be back', isRefused);
    },
  };
}

async function remove(api: RawApi, collection: (typeof COLLECTIONS)[number]) {
  const { body } = await api.request({ method: 'GET', path: `${ADMISSION}/${collection}` });
  const items = (body['items'] ?? []) as readonly (Object & { readonly metadata: { readonly name: string } })[]; // a list
  for (const { metadata } of items) {
    await api.request({ method: 'DELETE', path: `${ADMISSION}/${collection}/${metadata.name}` });
  }
  return items.map((item) => ({ collection, object: { ...item, metadata: { name: item.metadata.name } } }));
}
