// The verdict on a command that somebody wants to run in a session: the command line, and the variables that it brings along, which
// are judged as those of a spec are (requirements.md S0.H1.01: on exec and on create).

import type { Policy } from '../../model/policy.ts';
import { type SessionSpec, sessionSpecSchema } from '../../model/session-spec.ts';
import type { Violation } from '../../model/violation.ts';
import { renderSummary } from '../render.ts';
import { evaluate } from '../rule.ts';
import { environmentShape } from '../session/environment-shape.ts';
import { environmentValues } from '../session/environment-values.ts';
import { hijackingEnvironment } from '../session/hijacking-environment.ts';
import { judgeCommand } from './judge-command.ts';

export interface CommandInSession {
  readonly command: {
    readonly argv: readonly string[];
    /** As asked for: absolute, or below the working directory of the session; null for that directory itself. */
    readonly cwd: string | null;
    readonly env: readonly { readonly name: string; readonly value: string }[];
  };
  readonly session: Pick<SessionSpec, 'workingDir' | 'env'>;
}

/** Everything that is wrong with it, the command line first; paths are "argv[2]" and "env[0].value". */
export function judgeExec({ command, session }: CommandInSession, policy: Policy): readonly Violation[] {
  const { argv, env } = command;
  const line = { argv, cwd: directoryOf(command.cwd, session.workingDir), env: [...session.env, ...env] };
  return [...judgeCommand(line, policy), ...environmentProblems(env, policy)];
}

/** One line for people, the same at every gate: "1 rule refused the command: [MCPS-805] argv[0]: ...; fix: ...". */
export function renderCommandDenial(violations: readonly Violation[]): string {
  const rules = new Set(violations.map(({ rule }) => rule)).size;
  return `${rules} ${rules === 1 ? 'rule' : 'rules'} refused the command: ${renderSummary(violations)}`;
}

function directoryOf(cwd: string | null, workingDir: string): string {
  if (cwd === null) return workingDir;
  return cwd.startsWith('/') ? cwd : `${workingDir}/${cwd}`;
}

/** Of a session only the variables are looked at. */
const BLANK: SessionSpec = sessionSpecSchema.parse({ image: 'blank' });
const ENVIRONMENT_RULES = [hijackingEnvironment, environmentValues, environmentShape];

function environmentProblems(env: CommandInSession['command']['env'], policy: Policy): readonly Violation[] {
  if (env.length === 0) return [];
  const subject = { spec: { ...BLANK, env: [...env] }, labels: {}, annotations: {} };
  const { violations } = evaluate(ENVIRONMENT_RULES, subject, policy);
  return violations.map((violation) => ({ ...violation, path: violation.path.replace(/^spec\./, '') }));
}
