import { join } from 'node:path';
import { RE2JS } from 're2js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { generatedFiles, staleFiles } from '../../../hack/generate.ts';
import { nodeCrd, sessionCrd } from '../../../src/model/crd.ts';
import { structuralSchema } from '../../../src/model/crd/structural-schema.ts';

type Node = Readonly<Record<string, unknown>>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every schema in a CRD with the path of its field. */
function schemasIn(schema: unknown, at: string): readonly { readonly at: string; readonly schema: Node }[] {
  if (!isNode(schema)) return [];
  const properties = isNode(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    { at, schema },
    ...properties.flatMap(([name, child]) => schemasIn(child, `${at}.${name}`)),
    ...schemasIn(schema['items'], `${at}[]`),
    ...schemasIn(schema['additionalProperties'], `${at}{}`),
  ];
}

const rootOf = (crd: ReturnType<typeof sessionCrd>): Node => {
  const versions = crd.spec['versions'];
  const version: unknown = Array.isArray(versions) ? versions[0] : null;
  const schema = isNode(version) ? version['schema'] : null;
  const root = isNode(schema) ? schema['openAPIV3Schema'] : null;
  if (!isNode(root)) throw new Error('a CRD has one version with a schema');
  return root;
};
const everySchema = [sessionCrd(), nodeCrd()].flatMap((crd) => schemasIn(rootOf(crd), crd.metadata.name));

describe('the CRDs', () => {
  test('describe every field that people can write or read', () => {
    const fields = everySchema.filter(({ at }) => /\.[A-Za-z]+$/.test(at) && !at.endsWith('.metadata'));
    const silent = fields.filter(
      ({ schema }) => typeof schema['description'] !== 'string' || schema['description'] === '',
    );
    expect(silent.map(({ at }) => at)).toEqual([]);
    expect(fields.length).toBeGreaterThan(100);
  });

  test('bound every list, map and text, so that CEL has a cost and objects a size', () => {
    const unbounded = everySchema.filter(({ at, schema }) => {
      if (/\.(?:apiVersion|kind|metadata|spec|status)$/.test(at)) return false;
      if (schema['type'] === 'array') return schema['maxItems'] === undefined;
      if (schema['additionalProperties'] !== undefined) return schema['maxProperties'] === undefined;
      const isBounded =
        schema['maxLength'] !== undefined || schema['enum'] !== undefined || schema['format'] !== undefined;
      return schema['type'] === 'string' && !isBounded;
    });
    expect(unbounded.map(({ at }) => at)).toEqual([]);
  });

  test('hold patterns that the API server (RE2) reads as we do', () => {
    const patterns = everySchema.flatMap(({ schema }) =>
      typeof schema['pattern'] === 'string' ? [schema['pattern']] : [],
    );
    for (const pattern of patterns) expect(() => RE2JS.compile(pattern)).not.toThrow();
    expect(patterns.length).toBeGreaterThan(3);
  });

  test('freeze every field of the spec but the mutable ones', () => {
    const spec = everySchema.find(({ at }) => at.endsWith('mcpsessions.mcpsession.dev.spec'))?.schema;
    const rules = spec?.['x-kubernetes-validations'];
    const frozen = Array.isArray(rules)
      ? rules.map((rule: unknown) => String(isNode(rule) ? rule['fieldPath'] : null))
      : [];
    const fields = Object.keys(isNode(spec?.['properties']) ? spec['properties'] : {});
    expect([...frozen, '.lifetime', '.operatingMode'].sort()).toEqual(fields.map((name) => `.${name}`).sort());
  });

  test('have the names, columns and selectable fields of design.md 3', () => {
    const shown = (crd: ReturnType<typeof sessionCrd>) => {
      const { names, scope, versions } = crd.spec;
      const version: unknown = Array.isArray(versions) ? versions[0] : null;
      const columns =
        isNode(version) && Array.isArray(version['additionalPrinterColumns'])
          ? version['additionalPrinterColumns']
          : [];
      return {
        names,
        scope,
        columns: columns.map((column: unknown) => (isNode(column) ? column['name'] : null)),
        selectable: isNode(version) ? version['selectableFields'] : null,
      };
    };
    expect(shown(sessionCrd())).toEqual({
      names: {
        kind: 'McpSession',
        listKind: 'McpSessionList',
        plural: 'mcpsessions',
        singular: 'mcpsession',
        shortNames: ['mcps'],
        categories: ['mcpsession'],
      },
      scope: 'Namespaced',
      columns: ['Ready', 'Status', 'Image', 'Node', 'Expires', 'Age', 'Profile', 'Network', 'Owner', 'Container'],
      selectable: [{ jsonPath: '.status.assignment.nodeName' }],
    });
    expect(shown(nodeCrd())).toMatchObject({
      names: { kind: 'McpNode', shortNames: ['mcpn'], categories: ['mcpsession'] },
      scope: 'Cluster',
      columns: ['Ready', 'Engine', 'Slots', 'Unschedulable', 'Age'],
    });
  });
});

describe('structuralSchema', () => {
  test('refuses what a CRD cannot say, and names the place', () => {
    expect(() => structuralSchema(z.object({ a: z.union([z.string(), z.int()]) }), 'spec')).toThrow(
      'spec.a: "anyOf" cannot be said in a CRD schema',
    );
    expect(() => structuralSchema(z.object({ a: z.unknown() }), 'spec')).toThrow('spec.a: a CRD schema needs one type');
    expect(() => structuralSchema(z.object({ a: z.date() }), 'spec')).toThrow();
  });

  test('says whole numbers and times in the words of Kubernetes', () => {
    const schema = z.strictObject({ count: z.int().min(1), at: z.iso.datetime({ offset: true }).optional() });
    expect(structuralSchema(schema, 'spec')).toEqual({
      type: 'object',
      properties: {
        count: { type: 'integer', format: 'int64', minimum: 1 },
        at: { type: 'string', format: 'date-time' },
      },
      required: ['count'],
    });
  });
});

describe('hack/generate.ts', () => {
  test('has written crds/ from the model as it is', async () => {
    expect(await staleFiles(join(import.meta.dirname, '../../..'))).toEqual([]);
  });

  test('names files that are missing, and stays below 200 kB', async () => {
    expect(await staleFiles('/nowhere')).toEqual(generatedFiles().map(({ path }) => path));
    for (const { text } of generatedFiles()) expect(text.length).toBeLessThan(200_000);
  });
});
