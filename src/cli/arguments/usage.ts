// What `mcpsession help` prints.

export const USAGE = `mcpsession: sessions for AI agents, as locked-down containers run by Kubernetes

Usage:
  mcpsession up [--state-dir D] [--ready-file F] [--kubeconfig K] [--policy F] [--docker-socket S]
                [--node-name N] [--advertise-address A] [--mcp-port P] [--log-level L]
      Start everything in one process, in the foreground: control plane (unless --kubeconfig is given),
      webhook, placement, controller and MCP front end.
  mcpsession mcp [CONNECTION] [--log-level L]
      MCP server over stdio, for Claude Code, Cursor, VS Code and others.
  mcpsession check [--policy F] [--profile P] [-o table|json] FILE...
      Judge McpSession files with the rules of the admission webhook; "-" reads standard input.
  mcpsession rules [-o table|json] [ID]
      The rules, or all about one: what it refuses and why, what is allowed, which settings loosen it.

  mcpsession exec [CONNECTION] [-i] [-t] [--env K=V]... [--cwd DIR] [--timeout SECONDS] [--background]
                  SESSION -- PROGRAM [ARG...]
      Run a command. -i: pass standard input on; -t: with a terminal; --background: print its id and leave it.
  mcpsession exec [CONNECTION] SESSION --list | --attach ID | --kill ID
      Commands that run or are kept; the output of one from its start until its end; end one.
  mcpsession logs [CONNECTION] [-f] [--tail N] [--since 5m|TIME] [--grep RE2] [--timestamps] [--cursor C] SESSION
      Output of the main command. -f: go on. --cursor "": from the start, and print where to go on.
  mcpsession cp [CONNECTION] [-r] SOURCE TARGET
      Copy a file, or with -r a directory. One side is SESSION:PATH; "-" is standard input or output.
  mcpsession port-forward [CONNECTION] [--address 127.0.0.1] SESSION [LOCAL:]REMOTE...
      Connect ports of this machine to ports inside the session. ":REMOTE" takes any free port.
  mcpsession extend [CONNECTION] --ttl 2h | --by 30m SESSION
      More time. --ttl: the whole lifetime, from its creation on; --by: so much more than it has.

  mcpsession controller | placement | webhook | frontend [--config F]
      One role as a process of its own, in a pod of the cluster that it serves (docs/roles.md).
  mcpsession self-test webhook | frontend | nodes [--timeout SECONDS]
      What the pods of "helm test" ask, in a pod beside the roles (docs/chart.md).

  mcpsession version | help

CONNECTION: [--kubeconfig K] [--context C] [-n NAMESPACE] [--service-account S]

Exit codes: 0 ok, 1 failure or wrong usage, 2 policy violation, 3 not authenticated, 4 unreachable.
exec: the code of the command; 128 + N when signal N ended it; 124 at its time limit; 125 when it is not the command's.
`;
