// The command line: which program, with which options. Every problem is reported at once, with what is allowed.

import type { RoleName } from '../config/role-settings.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { type CheckOptions, parseCheck } from './arguments/check.ts';
import { type CopyOptions, parseCopy } from './arguments/copy.ts';
import { type ExecOptions, parseExec } from './arguments/exec.ts';
import { type ExtendOptions, parseExtend } from './arguments/extend.ts';
import type { Problems } from './arguments/flags.ts';
import { type LogsOptions, parseLogs } from './arguments/logs.ts';
import { type McpOptions, parseMcp } from './arguments/mcp.ts';
import { parsePortForward, type PortForwardOptions } from './arguments/port-forward.ts';
import { parseRole, type RoleOptions } from './arguments/role.ts';
import { parseRules, type RulesOptions } from './arguments/rules.ts';
import { parseSelfTest, type SelfTestOptions } from './arguments/self-test.ts';
import { parseUp, type UpOptions } from './arguments/up.ts';

/** A command that a person runs against one session. */
export type SessionCommand =
  | { readonly run: 'exec'; readonly options: ExecOptions }
  | { readonly run: 'logs'; readonly options: LogsOptions }
  | { readonly run: 'cp'; readonly options: CopyOptions }
  | { readonly run: 'port-forward'; readonly options: PortForwardOptions };

export type Command =
  | { readonly run: 'help' }
  | { readonly run: 'version' }
  | { readonly run: 'check'; readonly options: CheckOptions }
  | { readonly run: 'rules'; readonly options: RulesOptions }
  | { readonly run: 'up'; readonly options: UpOptions }
  | { readonly run: 'mcp'; readonly options: McpOptions }
  | { readonly run: 'role'; readonly role: RoleName; readonly options: RoleOptions }
  | { readonly run: 'self-test'; readonly options: SelfTestOptions }
  | { readonly run: 'extend'; readonly options: ExtendOptions }
  | SessionCommand;

export function parseCommand(argv: readonly string[]): Result<Command, Problems> {
  const [name, ...rest] = argv;
  switch (name) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      return ok({ run: 'help' });
    case 'version':
    case '--version':
      return ok({ run: 'version' });
    case 'check':
      return asCommand(parseCheck(rest), (options) => ({ run: 'check', options }));
    case 'rules':
      return asCommand(parseRules(rest), (options) => ({ run: 'rules', options }));
    case 'up':
      return asCommand(parseUp(rest), (options) => ({ run: 'up', options }));
    case 'mcp':
      return asCommand(parseMcp(rest), (options) => ({ run: 'mcp', options }));
    case 'controller':
    case 'placement':
    case 'webhook':
    case 'frontend':
      return asCommand(parseRole(rest), (options) => ({ run: 'role', role: name, options }));
    case 'self-test':
      return asCommand(parseSelfTest(rest), (options) => ({ run: 'self-test', options }));
    case 'extend':
      return asCommand(parseExtend(rest), (options) => ({ run: 'extend', options }));
    case 'exec':
      return asCommand(parseExec(rest), (options) => ({ run: 'exec', options }));
    case 'logs':
      return asCommand(parseLogs(rest), (options) => ({ run: 'logs', options }));
    case 'cp':
      return asCommand(parseCopy(rest), (options) => ({ run: 'cp', options }));
    case 'port-forward':
      return asCommand(parsePortForward(rest), (options) => ({ run: 'port-forward', options }));
    default:
      return err([
        `unknown command ${JSON.stringify(name)}; commands are up, mcp, check, rules, exec, logs, cp, port-forward, extend, controller, placement, webhook, frontend, self-test, version, help`,
      ]);
  }
}

const asCommand = <Options>(
  parsed: Result<Options, Problems>,
  command: (options: Options) => Command,
): Result<Command, Problems> => (parsed.ok ? ok(command(parsed.value)) : parsed);
