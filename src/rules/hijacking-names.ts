// Environment variables that make ordinary programs run something else, or that steer the engine's own hooks.
// Source: requirements.md S0.H1.09 (the least), security.md 4.4 Env (reserved prefixes; CVE-2025-23266 for NVIDIA_ and LD_PRELOAD in
// host hooks), ld.so(8), bash(1), git(1), the manuals of the runtimes. Names are compared exactly: variables are case-sensitive, and
// "env" is an ordinary name.

const NAMES: ReadonlySet<string> = new Set(
  [
    ['BASH_ENV', 'ENV', 'ZDOTDIR', 'PROMPT_COMMAND', 'IFS', 'PS4', 'SHELLOPTS', 'BASHOPTS'], // shells
    ['GLIBC_TUNABLES', 'GCONV_PATH'], // C library; LD_ is a prefix below
    ['NODE_OPTIONS', 'NODE_PATH', 'PYTHONSTARTUP', 'PYTHONPATH', 'PYTHONHOME', 'PYTHONUSERBASE', 'PYTHONBREAKPOINT'],
    ['PERL5OPT', 'PERL5LIB', 'PERLLIB', 'PERL5DB', 'PERL5SHELL', 'RUBYOPT', 'RUBYLIB', 'PHPRC', 'PHP_INI_SCAN_DIR'],
    ['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'DOTNET_STARTUP_HOOKS'],
    ['OPENSSL_CONF', 'OPENSSL_ENGINES', 'OPENSSL_MODULES'], // programs that use it load these
    ['GIT_SSH', 'GIT_SSH_COMMAND', 'GIT_ASKPASS', 'SSH_ASKPASS', 'GIT_PROXY_COMMAND', 'GIT_TEMPLATE_DIR'],
    ['GIT_EXTERNAL_DIFF', 'GIT_EXEC_PATH', 'GIT_CONFIG', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'], // aliases are commands
    ['GIT_CONFIG_COUNT', 'GIT_CONFIG_PARAMETERS'],
    ['LESSOPEN', 'LESSCLOSE', 'EXINIT', 'VIMINIT'],
    ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST', 'CONTAINERD_ADDRESS', 'KUBECONFIG'],
    ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_PIDFDID', 'LISTEN_FDNAMES'], // file descriptors that the runtime would pass on
  ].flat(),
);

const PREFIXES = [
  ...[
    'LD_',
    'DYLD_',
    'BASH_FUNC_',
    'LUA_INIT',
    'LUA_PATH',
    'LUA_CPATH',
    'GIT_CONFIG_KEY_',
    'GIT_CONFIG_VALUE_',
    'CORECLR_PROFILER',
  ],
  ...['KUBERNETES_SERVICE_', 'NVIDIA_', '_LIBCONTAINER_'],
] as const;

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
