// The oracle itself: it finds nothing in a container as it should be, and each single thing that is different, by name.

import { describe, expect, test } from 'vitest';

import { judge } from '../../../support/oracle/judge.ts';
import { aSubject, type Changeable } from './a-subject.ts';
import { MOUNT_TABLE, MOUNTS, withBind } from './mount-cases.ts';
import { PROCESS } from './process-cases.ts';
import { CONFIG, HOST, OTHERS, SECURITY_OPTIONS } from './settings-cases.ts';

const found = (change: (subject: Changeable) => void): readonly string[] =>
  judge(aSubject(change)).map(({ what }) => what);

describe('the oracle (security.md G10)', () => {
  test('finds no difference in a container as it should be', () => {
    expect(judge(aSubject())).toEqual([]);
  });

  test('finds none in one with a bind mount as it should be', () => {
    expect(judge(aSubject(withBind({})))).toEqual([]);
  });

  test.each(HOST)('finds HostConfig.%s %j', (field, value) => {
    expect(found(({ host }) => (host[field] = value))).toContain(`HostConfig.${field}`);
  });

  test.each(CONFIG)('finds Config.%s %j', (field, value) => {
    expect(found(({ config }) => (config[field] = value))).toContain(`Config.${field}`);
  });

  test.each([...SECURITY_OPTIONS, ...MOUNTS, ...PROCESS, ...MOUNT_TABLE, ...OTHERS])('finds %s', (what, change) => {
    expect(found(change)).toContain(what);
  });

  const recorded = aSubject().inspected;
  test.each([
    ...Object.keys(recorded.HostConfig).map((name) => `HostConfig.${name}`),
    ...Object.keys(recorded.Config).map((name) => `Config.${name}`),
  ])('looks at %s', (what) => {
    // Any terminal size and any arguments will do; the others are judged in parts, by the names above.
    const inParts = [
      'HostConfig.ConsoleSize',
      'Config.Cmd',
      'HostConfig.Mounts',
      'HostConfig.Tmpfs',
      'HostConfig.SecurityOpt',
    ];
    const [part = '', name = ''] = what.split('.');
    const change = (subject: Changeable): void => {
      (part === 'Config' ? subject.config : subject.host)[name] = { unheard: 'of' };
    };
    expect(found(change).includes(what)).toBe(!inParts.includes(what));
  });

  test('says what it wants and what it got, in one line', () => {
    const [difference] = judge(aSubject(({ host }) => (host['Binds'] = ['/:/'.padEnd(500, 'x')])));
    expect(difference).toMatchObject({ what: 'HostConfig.Binds', want: 'nothing' });
    expect(difference?.got.length).toBeLessThan(200);
  });
});
