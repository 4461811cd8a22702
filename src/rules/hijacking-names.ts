// Environment variables that make ordinary programs run something else, or that steer the engine's own hooks.
// Source: requirements.md S0.H1.09, security.md 4.4 Env (reserved prefixes; CVE-2025-23266 for NVIDIA_ and LD_PRELOAD in host
// hooks), ld.so(8), bash(1). Names are compared exactly: variables are case-sensitive, and "env" is an ordinary name.

const NAMES: ReadonlySet<string> = new Set(
  [
    ['BASH_ENV', 'ENV', 'PROMPT_COMMAND', 'IFS', 'PS4', 'SHELLOPTS', 'BASHOPTS'], // shells
    ['GLIBC_TUNABLES', 'GCONV_PATH'], // C library; LD_ is a prefix below
    ['NODE_OPTIONS', 'PYTHONSTARTUP', 'PYTHONPATH', 'PYTHONHOME'],
    ['PERL5OPT', 'PERL5LIB', 'PERL5DB', 'RUBYOPT', 'RUBYLIB'],
    ['GIT_SSH', 'GIT_SSH_COMMAND', 'DOCKER_HOST', 'KUBECONFIG'],
    ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDNAMES'], // file descriptors that the runtime would pass on
  ].flat(),
);

const PREFIXES = ['LD_', 'BASH_FUNC_', 'KUBERNETES_SERVICE_', 'NVIDIA_'] as const;

/** Set by the operator only. */
const OPERATOR_PREFIXES = ['MCP_', 'MCPSESSION_'] as const;

export const isHijackingName = (name: string): boolean =>
  NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));

/** An empty value steers nothing, and is the one way to take away what the image sets. */
export const isHijackingVariable = (name: string, value: string | undefined): boolean =>
  value !== '' && isHijackingName(name);

export const isOperatorName = (name: string): boolean => OPERATOR_PREFIXES.some((prefix) => name.startsWith(prefix));

/** Whether a search path holds an entry that is not absolute; an empty entry is the current directory. */
export const hasRelativeEntry = (searchPath: string): boolean =>
  searchPath.split(':').some((entry) => !entry.startsWith('/'));
