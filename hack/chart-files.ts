// What the chart takes from the sources as it is: definitions, accounts, rights, the admission floor, the schema of its values. `up` applies the same objects, so the two
// cannot drift. The operator's namespace is written as SYSTEM_NAMESPACE here; the chart puts that of the release in its place.

import { stringify } from 'yaml';
import { admissionFloor } from '../src/compose/admission/floor.ts';
import { type KubernetesObject, systemObjects, webhookConfiguration } from '../src/compose/cluster-objects.ts';
import { SYSTEM_NAMESPACE } from '../src/model/names.ts';
import { VALIDATE_PATH } from '../src/webhook/webhook.ts';
import { valuesSchemaText } from './chart-schema.ts';

export const CHART_DIR = 'charts/mcp-session-operator';

const WEBHOOK_SERVICE = { namespace: SYSTEM_NAMESPACE, name: 'mcpsession-webhook', path: VALIDATE_PATH };

const HEADER = '# Generated from src/compose by hack/generate.ts (npm run generate). Do not edit.\n';

const documents = (objects: readonly KubernetesObject[]): string =>
  HEADER +
  objects
    .map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' })}`)
    .join('');

/** `definitions` are the files in crds/: the chart carries copies, because Helm reads nothing outside of it. */
export function chartFiles(
  definitions: readonly { readonly path: string; readonly text: string }[],
): readonly { readonly path: string; readonly text: string }[] {
  const rights = systemObjects().filter(({ kind }) => kind !== 'Namespace'); // made by whoever installs the chart
  return [
    { path: `${CHART_DIR}/files/rights.yaml`, text: documents(rights) },
    // Every controller runs in a pod, and the token of a pod names its node.
    { path: `${CHART_DIR}/files/admission-floor.yaml`, text: documents(admissionFloor({ unboundNode: null })) },
    { path: `${CHART_DIR}/files/webhook.yaml`, text: documents([webhookConfiguration({ service: WEBHOOK_SERVICE })]) },
    { path: `${CHART_DIR}/values.schema.json`, text: valuesSchemaText() },
    ...definitions.map(({ path, text }) => ({ path: `${CHART_DIR}/files/${path}`, text })),
  ];
}
