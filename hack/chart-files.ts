// What the chart takes from the sources as it is: accounts, rights and the admission floor. `up` applies the same objects, so the two
// cannot drift. The operator's namespace is written as SYSTEM_NAMESPACE here; the chart puts that of the release in its place.

import { stringify } from 'yaml';
import { admissionFloor } from '../src/compose/admission/floor.ts';
import { systemObjects, type KubernetesObject } from '../src/compose/cluster-objects.ts';

export const CHART_DIR = 'charts/mcp-session-operator';

const HEADER = '# Generated from src/compose by hack/generate.ts (npm run generate). Do not edit.\n';

const documents = (objects: readonly KubernetesObject[]): string =>
  HEADER +
  objects
    .map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' })}`)
    .join('');

export function chartFiles(): readonly { readonly path: string; readonly text: string }[] {
  const rights = systemObjects().filter(({ kind }) => kind !== 'Namespace'); // made by whoever installs the chart
  return [
    { path: `${CHART_DIR}/files/rights.yaml`, text: documents(rights) },
    // Every controller runs in a pod, and the token of a pod names its node.
    { path: `${CHART_DIR}/files/admission-floor.yaml`, text: documents(admissionFloor({ unboundNode: null })) },
  ];
}
