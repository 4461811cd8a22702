// The settings of the source documents by their own names (SAFETY_*, SECURITY_*, MCP_DOCKER_*, MCP_AUDIT_LOG), as policy keys
// (requirements.md 6). A setting that this release cannot honour stops the program: accepted and ignored would be worse.

import { err, ok, type Result } from '../lib/result.ts';
import { shownValue } from '../lib/visible-text.ts';

type Settings = Readonly<Record<string, unknown>>;
type Read = Result<Settings, string>;

const PREFIXES = ['SAFETY_', 'SECURITY_OAUTH_', 'MCP_DOCKER_', 'MCP_AUDIT_LOG'];

/** One nested setting. Example: at("exec.maxOutputBytes", 5) is { exec: { maxOutputBytes: 5 } }. */
const at = (key: string, value: unknown): Settings =>
  key.split('.').reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Settings; // a key has a part

const truth = (text: string): boolean | null => {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  return /^(false|0|no|off)$/i.test(text) ? false : null;
};

const boolean =
  (key: string) =>
  (text: string): Read => {
    const value = truth(text);
    return value === null ? err('must be true or false') : ok(at(key, value));
  };

/** Only one of the two values is what this product does; the other one would promise something else. */
const only =
  (wanted: boolean, why: string) =>
  (text: string): Read => {
    const value = truth(text);
    if (value === null) return err('must be true or false');
    return value === wanted ? ok({}) : err(why);
  };

const text =
  (key: string) =>
  (value: string): Read =>
    ok(at(key, value));

/** "a,b": a comma inside an item cannot be written this way; the policy file takes lists. */
const list =
  (key: string) =>
  (value: string): Read => {
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    return ok(at(key, items));
  };

const whole = (value: string, unit: number): number | null =>
  /^[0-9]{1,15}$/.test(value) && Number(value) % unit === 0 ? Number(value) / unit : null;

const number =
  (key: string, unit = 1) =>
  (value: string): Read => {
    const parsed = whole(value, unit);
    if (parsed !== null) return ok(at(key, parsed));
    return err(unit === 1 ? 'must be a whole number' : `must be a whole number, a multiple of ${unit}`);
  };

const notHere = (what: string) => (): Read => err(`${what}; unset it`);
const NO_AUDIT = notHere('this release writes no audit log of its own');
const FIXED_RATE =
  (rate: number, what: string) =>
  (value: string): Read =>
    whole(value, 1) === rate
      ? ok({})
      : err(`this release allows ${rate} ${what} per caller and minute; unset it, or set ${rate}`);

const SESSION_USERS = new Set(['1001', '1001:1001']);
const sessionUser = (value: string): Read =>
  SESSION_USERS.has(value)
    ? ok({})
    : err('sessions run as 1001:1001 unless spec.user names another user than root; unset it, or set 1001:1001');

/** A false turns all rules off, which needs the acknowledgement as SAFETY_YOLO_MODE does. */
const securityOn = (value: string): Read => {
  const on = truth(value);
  return on === null ? err('must be true or false') : ok(on ? {} : at('yolo.enabled', true));
};

const commandMode = (value: string): Read =>
  ['allowlist', 'denylist', 'none'].includes(value)
    ? ok(at('commands.mode', value))
    : err('must be allowlist, denylist or none');

/** Patterns belong to whichever list is in force: that of the mode, and without one to both. */
const commandPatterns =
  (mode: string | undefined) =>
  (value: string): Read => {
    const keys = mode === 'allowlist' ? ['commands.allow'] : mode === 'denylist' ? ['commands.deny'] : null;
    if (keys === null) return err('needs MCP_DOCKER_COMMAND_MODE=allowlist or denylist beside it');
    return list(keys[0] ?? '')(value);
  };

const ALIASES: Readonly<Record<string, (value: string, environment: Environment) => Read>> = {
  SAFETY_YOLO_MODE: boolean('yolo.enabled'),
  SAFETY_YOLO_ACKNOWLEDGE: text('yolo.acknowledge'),
  SAFETY_ALLOW_PRIVILEGED_CONTAINERS: boolean('privileged.allow'),
  SAFETY_ALLOW_PUBLIC_PORT_BINDING: boolean('ports.allowPublic'),
  MCP_DOCKER_SECURITY: securityOn,
  MCP_DOCKER_ALLOW_ROOT: boolean('rootUser.allow'),
  MCP_DOCKER_DEFAULT_USER: sessionUser,
  MCP_DOCKER_COMMAND_MODE: commandMode,
  MCP_DOCKER_COMMAND_PATTERNS: (value, { MCP_DOCKER_COMMAND_MODE: mode }) => commandPatterns(mode)(value),
  MCP_DOCKER_DENIED_PATHS: list('commands.deniedPaths'),
  MCP_DOCKER_DENIED_FLAGS: list('commands.deniedFlags'),
  MCP_DOCKER_MAX_BYTES: number('exec.maxOutputBytes'),
  MCP_DOCKER_TIMEOUT_MS: number('exec.defaultTimeoutSeconds', 1000),
  MCP_DOCKER_DRY_RUN: only(
    false,
    'this release cannot run everything dry; kubectl apply --dry-run=server does so for one object',
  ),
  MCP_DOCKER_RATE_LIMITS: only(true, 'rate limits cannot be switched off; unset it'),
  MCP_DOCKER_EXEC_PER_MINUTE: FIXED_RATE(30, 'commands'),
  MCP_DOCKER_LOGS_PER_MINUTE: notHere('this release has no limit of its own on reading logs'),
  MCP_DOCKER_AUDIT: only(false, 'this release writes no audit log of its own; unset it'),
  MCP_DOCKER_AUDIT_FILE: NO_AUDIT,
  MCP_AUDIT_LOG: NO_AUDIT,
};

export type Environment = Readonly<Record<string, string | undefined>>;

/** Policy keys of the settings that are set, for every profile; or each problem as "NAME: value ...". */
export function policyFromEnvironment(environment: Environment): Result<Settings, readonly string[]> {
  const problems: string[] = [];
  const settings: Record<string, Record<string, unknown>> = {};
  for (const name of Object.keys(environment).filter(isAlias).sort()) {
    const value = environment[name]?.trim() ?? '';
    if (value === '') continue; // as good as unset
    const read = readAlias(name, value, environment);
    if (!read.ok) problems.push(`environment variable ${name}: ${shownValue(value)}: ${read.error}`);
    else
      for (const [group, inner] of Object.entries(read.value))
        settings[group] = { ...settings[group], ...(inner as Settings) };
  }
  return problems.length > 0 ? err(problems) : ok(settings);
}

const isAlias = (name: string): boolean => PREFIXES.some((prefix) => name.startsWith(prefix));

function readAlias(name: string, value: string, environment: Environment): Read {
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined;
  if (alias !== undefined) return alias(value, environment);
  if (name.startsWith('SECURITY_OAUTH_')) {
    return err('callers are authenticated by the Kubernetes API server, not by OAuth, in this release; unset it');
  }
  return err(`is no setting; known: ${Object.keys(ALIASES).join(', ')}`);
}
