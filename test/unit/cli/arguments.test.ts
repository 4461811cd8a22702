import { expect, test } from 'vitest';
import { parseCommand } from '../../../src/cli/arguments.ts';

test('up has a default for everything', () => {
  expect(parseCommand(['up'])).toEqual({
    ok: true,
    value: {
      run: 'up',
      options: {
        stateDir: null,
        readyFile: null,
        kubeconfig: null,
        policyFile: null,
        dockerSocket: '/var/run/docker.sock',
        nodeName: null,
        advertiseAddress: '127.0.0.1',
        mcpPort: 0,
        logLevel: 'info',
      },
    },
  });
});

test('up reports every wrong option at once', () => {
  const parsed = parseCommand(['up', '--mcp-port', '70000', '--log-level', 'loud', '--node-name', 'Node_1']);
  expect(parsed).toEqual({
    ok: false,
    error: [
      '--mcp-port "70000": must be a port from 0 to 65535',
      '--log-level "loud": must be one of debug, info, warn, error',
      '--node-name "Node_1": must be lower-case letters, digits, "-" and ".", at most 200 characters',
    ],
  });
});

test.each([
  { argv: [], run: 'help' },
  { argv: ['--help'], run: 'help' },
  { argv: ['version'], run: 'version' },
  { argv: ['mcp', '-n', 'team-a'], run: 'mcp' },
  { argv: ['check', '-o', 'json', 'a.yaml'], run: 'check' },
  { argv: ['rules'], run: 'rules' },
  { argv: ['controller'], run: 'role' },
  { argv: ['frontend', '--config', '/etc/mcpsession/frontend.yaml'], run: 'role' },
  { argv: ['rules', '201', '-o', 'json'], run: 'rules' },
])('$argv is $run', ({ argv, run }) => {
  expect(parseCommand(argv)).toMatchObject({ ok: true, value: { run } });
});

test.each([
  {
    argv: ['upp'],
    says: 'unknown command "upp"; commands are up, mcp, check, rules, exec, logs, cp, port-forward, extend, controller, placement, webhook, frontend, self-test, version, help',
  },
  { argv: ['check'], says: 'check: name at least one file, directory or "-" for standard input' },
  { argv: ['check', '-o', 'xml', 'a'], says: '--output "xml": must be table or json' },
  { argv: ['rules', '-o', 'xml'], says: '--output "xml": must be table or json' },
  { argv: ['rules', '101', '102'], says: 'rules: name one rule, or none for all; not also 102' },
  { argv: ['up', '--yolo'], says: "Unknown option '--yolo'" },
  { argv: ['webhook', '--port', '1'], says: "Unknown option '--port'" },
  { argv: ['up', 'extra'], says: "Unexpected argument 'extra'" },
])('$argv is refused with a sentence', ({ argv, says }) => {
  const parsed = parseCommand(argv);
  expect(parsed.ok ? [] : parsed.error.join('\n')).toContain(says);
});
