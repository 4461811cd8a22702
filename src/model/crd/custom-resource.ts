// What both CustomResourceDefinitions have in common.

import { GROUP, VERSION } from '../names.ts';
import type { JsonSchema } from './structural-schema.ts';

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1 shows only with `-o wide`. */
  readonly priority?: 1;
}

export interface CustomResource {
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly description: string;
  readonly spec: JsonSchema;
  readonly specRequired: boolean;
  readonly status: JsonSchema;
  readonly columns: readonly PrinterColumn[];
  readonly selectableFields: readonly string[];
}

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string };
  readonly spec: JsonSchema;
}

export function customResourceDefinition(resource: CustomResource): CustomResourceDefinition {
  const { kind, listKind, plural, singular, shortName, scope } = resource;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, listKind, plural, singular, shortNames: [shortName], categories: ['mcpsession'] },
      scope,
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: resource.columns,
          ...(resource.selectableFields.length === 0
            ? {}
            : { selectableFields: resource.selectableFields.map((jsonPath) => ({ jsonPath })) }),
          schema: { openAPIV3Schema: objectSchema(resource) },
        },
      ],
    },
  };
}

function objectSchema(resource: CustomResource): JsonSchema {
  return {
    description: resource.description,
    type: 'object',
    ...(resource.specRequired ? { required: ['spec'] } : {}),
    properties: {
      apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
      kind: { description: 'Kind of this object.', type: 'string' },
      metadata: { type: 'object' },
      spec: resource.spec,
      status: resource.status,
    },
  };
}
