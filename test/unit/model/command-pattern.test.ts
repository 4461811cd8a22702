import { describe, expect, test } from 'vitest';
import { commandPatternProblems, compileCommandPattern } from '../../../src/model/command-pattern.ts';

describe('K-40: a pattern for commands', () => {
  test.each([
    { purpose: 'allow', source: '^ls', yes: ['ls', 'ls -la'], no: ['lsof', 'LS', 'x ls'] },
    { purpose: 'allow', source: 'ls', yes: ['ls', 'ls -la'], no: ['lsof', 'false ls'] },
    { purpose: 'allow', source: '^(ls|cat)(\\s|$)', yes: ['ls', 'cat x'], no: ['catdoc', 'tac'] },
    { purpose: 'allow', source: '^npm (run|test)', yes: ['npm run x', 'npm test'], no: ['npm runx', 'npm install'] },
    { purpose: 'allow', source: '(?m)^ls', yes: ['ls'], no: ['rm x\nls'] },
    {
      purpose: 'deny',
      source: 'rm -rf /',
      yes: ['rm -rf /', 'rm -rf / x', 'rm -rf /*'],
      no: ['rm -rf /tmp', 'xrm -rf /x'],
    },
    { purpose: 'deny', source: 'mkfs', yes: ['mkfs', 'mkfs.ext4 x'], no: ['mkfsx', 'amkfs'] },
    { purpose: 'deny', source: '^mount', yes: ['mount x'], no: ['umount x', 'cat /proc/mounts', 'mountpoint x'] },
    { purpose: 'deny', source: 'chmod 777', yes: ['chmod 777 x'], no: ['chmod 7777 x'] },
    {
      purpose: 'deny',
      source: 'curl.*\\|.*sh',
      yes: ['curl x | sh', 'curl x | bash'],
      no: ['curl x/publish.json', 'curl x | shuf'],
    },
  ] as const)('$purpose $source', ({ purpose, source, yes, no }) => {
    const { found } = compileCommandPattern(source, { purpose, strict: true });
    expect(yes.filter((line) => !found(line))).toEqual([]);
    expect(no.filter((line) => found(line))).toEqual([]);
  });

  test('is read as it is written where policy says so', () => {
    const { found } = compileCommandPattern('^ls', { purpose: 'allow', strict: false });
    expect(found('lsof')).toBe(true);
  });

  test('that is no RE2 expression finds nothing, and is named', () => {
    expect(compileCommandPattern('(', { purpose: 'deny', strict: true }).found('(')).toBe(false);
    expect(commandPatternProblems(['^ls', '(', '\\1', 'a{500}{2}'])).toEqual([
      expect.stringMatching(/^\[1\]: "\(" is not an RE2 expression; allowed: /),
      expect.stringMatching(/^\[2\]: "\\\\1" is not an RE2 expression; allowed: /),
      expect.stringMatching(/^\[3\]: "a\{500\}\{2\}" /),
    ]);
  });

  test('may not be too long or too large', () => {
    expect(commandPatternProblems(['a'.repeat(1000), 'a{400}'])).toHaveLength(1);
    expect(commandPatternProblems(['a'.repeat(1001), 'a{501}', '(a{100}){6}'])).toHaveLength(3);
  });
});
