// Writes what is generated from the model and the rules: crds/*.yaml, src/rules/reference.generated.ts, docs/rules.md,
// docs/compliance.md, docs/chart-values.md, files of the chart. With --check it writes nothing and exits 1 naming each stale file.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { nodeCrd, sessionCrd } from '../src/model/crd.ts';
import { chartFiles } from './chart-files.ts';
import { complianceDocument } from './docs-compliance.ts';
import { valuesDocument } from './docs-values.ts';
import { rulesDocument } from './docs-rules.ts';
import { referenceFile, ruleReferences } from './rules/references.ts';

export interface GeneratedFile {
  /** Below the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const ROOT = join(import.meta.dirname, '..');

/** The same bytes for the same model, on every machine. */
export function generatedFiles(): readonly GeneratedFile[] {
  const definitions = [
    { path: 'crds/mcpsession.dev_mcpsessions.yaml', text: yamlText(sessionCrd()) },
    { path: 'crds/mcpsession.dev_mcpnodes.yaml', text: yamlText(nodeCrd()) },
  ];
  return [
    ...definitions,
    referenceFile(ROOT),
    rulesDocument(ruleReferences(ROOT)),
    complianceDocument(),
    valuesDocument(ROOT),
    ...chartFiles(definitions),
  ];
}

/** Paths whose file differs from what the model gives, or is missing. */
export async function staleFiles(root: string): Promise<readonly string[]> {
  const stale: string[] = [];
  for (const { path, text } of generatedFiles()) {
    if ((await textOf(join(root, path))) !== text) stale.push(path);
  }
  return stale;
}

const yamlText = (value: unknown): string =>
  `# Generated from src/model by hack/generate.ts (npm run generate). Do not edit.\n${stringify(value, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    version: '1.1', // kubectl reads YAML 1.1: words such as "yes" get quotes
  })}`;

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw thrown;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
  const stale = await staleFiles(ROOT);
  if (values.check) {
    for (const path of stale) console.error(`${path} is stale; run \`npm run generate\` and commit the result`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, text } of generatedFiles().filter((file) => stale.includes(file.path))) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
    console.log(`wrote ${path}`);
  }
  return 0;
}

if (import.meta.main) process.exitCode = await main();
