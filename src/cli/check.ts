// `mcpsession check FILE...`: the rules of the webhook on manifests, without a cluster. Same messages, same verdicts.

import { escapeInvisible, shorten } from '../lib/visible-text.ts';
import { readYaml } from '../config/read-yaml.ts';
import type { Policy } from '../model/policy.ts';
import { type InputFiles, manifestPaths, STANDARD_INPUT } from './check/input-files.ts';
import { judgeObject, objectsOf } from './check/judge-object.ts';
import { type CheckedObject, type CheckReport, renderJson, renderTable } from './check/report.ts';

export interface CheckRequest extends InputFiles {
  /** Files, directories (their manifests, recursively), or "-" for standard input. */
  readonly files: readonly string[];
  readonly policy: Policy;
  readonly output: 'table' | 'json';
  /** Standard output. */
  readonly write: (text: string) => void;
  /** Standard error; what could not be judged goes here. */
  readonly writeError: (text: string) => void;
}

/** 0: every session is accepted. 1: something could not be read, or there was no McpSession. 2: a violation. */
export type CheckExitCode = 0 | 1 | 2;

/** Never rejects for what is in the files. */
export async function runCheck(request: CheckRequest): Promise<CheckExitCode> {
  const report = await checkFiles(request);
  request.write(request.output === 'json' ? renderJson(report) : renderTable(report));
  for (const problem of report.problems) request.writeError(`error: ${problem}\n`);
  if (report.problems.length > 0) return 1;
  return report.objects.some(({ violations }) => violations.length > 0) ? 2 : 0;
}

async function checkFiles(request: CheckRequest): Promise<CheckReport> {
  const objects: CheckedObject[] = [];
  const problems: string[] = [];
  let skipped = 0;
  for (const file of await allPaths(request, problems)) {
    const shownFile = file === STANDARD_INPUT ? 'standard input' : escapeInvisible(file);
    const documents = await readDocuments({ file, shownFile, request });
    if ('problems' in documents) {
      problems.push(...documents.problems);
      continue;
    }
    for (const raw of documents.values.flatMap(objectsOf)) {
      const judgement = judgeObject(raw, request.policy);
      if (judgement.kind === 'skipped') skipped += 1;
      else if (judgement.kind === 'problem') problems.push(`${shownFile}: ${judgement.message}`);
      else objects.push({ file: shownFile, ...judgement });
    }
  }
  if (objects.length === 0 && problems.length === 0) {
    const where =
      request.files.length === 0 ? 'no file was named' : `none in ${request.files.map(escapeInvisible).join(', ')}`;
    problems.push(`no McpSession found: ${where}`);
  }
  return { objects, skipped, problems };
}

/** Each file once, however often it was named. A directory that cannot be listed becomes a problem. */
async function allPaths(request: CheckRequest, problems: string[]): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const named of request.files) {
    try {
      for (const path of await manifestPaths(named, request)) paths.add(path);
    } catch (thrown) {
      problems.push(unreadable(escapeInvisible(named), thrown));
    }
  }
  return [...paths];
}

async function readDocuments(asked: {
  readonly file: string;
  readonly shownFile: string;
  readonly request: CheckRequest;
}): Promise<{ readonly values: readonly unknown[] } | { readonly problems: readonly string[] }> {
  const { file, shownFile, request } = asked;
  try {
    const read = readYaml(await request.readFile(file), shownFile);
    return read.ok ? { values: read.value } : { problems: read.error };
  } catch (thrown) {
    return { problems: [unreadable(shownFile, thrown)] };
  }
}

function unreadable(shownFile: string, thrown: unknown): string {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return `${shownFile}: cannot be read: ${shorten(escapeInvisible(reason), 300)}`;
}
