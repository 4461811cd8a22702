import { describe, expect, test } from 'vitest';

import { type AccessParts, createAccess } from '../../../src/docker/access.ts';
import { InitSilent } from '../../../src/docker/attach/faults.ts';
import type { Way } from '../../../src/docker/attach/init-access.ts';
import { SESSION_INIT_PROGRAM } from '../../../src/model/container.ts';
import type { Command, CommandToStart } from '../../../src/ports/container-access.ts';
import { aContainer } from '../../support/container-builder.ts';

const never = new AbortController().signal;
const id = 'ab'.repeat(32);
const withInit = { id, spec: aContainer({ entrypoint: [SESSION_INIT_PROGRAM] }) };
const withoutInit = { id, spec: aContainer() };

const command: CommandToStart = {
  execId: 'e',
  argv: ['true'],
  env: [],
  cwd: null,
  user: '1001:1001',
  stdin: 'none',
  tty: null,
  timeoutMs: 1000,
  keepBytes: 1000,
  lossless: false,
};

function aWorld({ noted = withInit as typeof withInit | null, initFault = null as Error | null } = {}) {
  const asked: string[] = [];
  const way = (name: string, fault: Error | null = null): Way => {
    const answer = async (what: string): Promise<never> => {
      asked.push(`${name} ${what}`);
      if (fault !== null) throw fault;
      return { execId: 'e' } as never; // stands for whatever the way answers with
    };
    return {
      start: () => answer('start'),
      find: async () => {
        asked.push(`${name} find`);
        return name === 'exec' ? null : ({ execId: 'e' } as Command); // only its being there is looked at
      },
      list: async () => [],
      files: () => ({ stat: () => answer('stat') }) as never, // the one method that is asked
      connect: () => answer('connect'),
      followMain: () => answer('followMain'),
    };
  };
  const channels: AccessParts['channels'] = {
    open: async () => void asked.push('open'),
    reach: async () => {
      asked.push('reach');
      throw initFault ?? new InitSilent(id);
    },
    alive: () => false,
    close: () => {},
    closeAll: () => {},
  };
  const lookAt = async (): Promise<void> => {
    asked.push('look');
    access.note(withInit);
  };
  const access = createAccess({ init: way('init', initFault), exec: way('exec'), channels, lookAt });
  if (noted !== null) access.note(noted);
  return { access, asked };
}

/** One that starts nothing before the controller lets it. */
const held = {
  id,
  spec: aContainer({ entrypoint: [SESSION_INIT_PROGRAM], command: ['run', '--environment', 'later'] }),
};

describe('a session whose environment comes later', () => {
  test('is never reached by the exec of the engine, whose commands would lack a part of it', async () => {
    const { access, asked } = aWorld({ noted: held, initFault: new InitSilent(id) });
    access.initIsSilent(id);
    await expect(access.start(id, command, never)).rejects.toBeInstanceOf(InitSilent);
    expect(asked).toEqual(['init start']);
  });

  test('is held from the word of its init on, and until it is released', () => {
    const { access } = aWorld({ noted: held });
    expect(access.inits.isHeld(id)).toBe(null);
    access.noteHeld(id, true);
    expect(access.inits.isHeld(id)).toBe(true);
  });

  test('stays held when the init cannot be reached', async () => {
    const { access } = aWorld({ noted: held });
    access.noteHeld(id, true);
    await expect(access.inits.release(id, [], never)).rejects.toBeInstanceOf(InitSilent);
    expect(access.inits.isHeld(id)).toBe(true);
  });
});

describe('the way into a container', () => {
  test('is its session init where it has one', async () => {
    const { access, asked } = aWorld();
    expect(access.wayInto(id)).toBe('session-init');
    await access.start(id, command, never);
    await access.files(id).stat('.', never);
    await access.connect(id, 80, never);
    await access.followMain(id, 0, () => {}, never);
    expect(asked).toEqual(['init start', 'init stat', 'init connect', 'init followMain']);
  });

  test("is the engine's exec where it has none", async () => {
    const { access, asked } = aWorld({ noted: withoutInit });
    expect(access.wayInto(id)).toBe('engine-exec');
    await access.start(id, command, never);
    expect(asked).toEqual(['exec start']);
  });

  test('is found out by a look when nothing was noted', async () => {
    const { access, asked } = aWorld({ noted: null });
    await access.start(id, command, never);
    await access.start(id, command, never);
    expect(asked).toEqual(['look', 'init start', 'init start']);
  });

  test("is the engine's exec for a command that the init was not reached for", async () => {
    const { access, asked } = aWorld({ initFault: new InitSilent(id) });
    await access.start(id, command, never);
    expect(asked).toEqual(['init start', 'exec start']);
  });

  test("is the engine's exec while the init is silent, without trying it each time", async () => {
    const { access, asked } = aWorld();
    access.initIsSilent(id);
    expect(access.wayInto(id)).toBe('engine-exec');
    await access.start(id, command, never);
    await access.start(id, command, never);
    expect(asked).toEqual(['exec start', 'exec start']);
    access.initAnswers(id);
    await access.start(id, command, never);
    expect(asked.at(-1)).toBe('init start');
  });

  test('is asked for a command in memory first', async () => {
    const { access, asked } = aWorld();
    expect(await access.find(id, 'e', never)).toMatchObject({ execId: 'e' });
    expect(asked).toEqual(['exec find', 'init find']);
  });

  test('is for nobody but the user of the session', async () => {
    const { access, asked } = aWorld();
    const another = access.start(id, { ...command, user: '0:0' }, never);
    await expect(another).rejects.toMatchObject({ kind: 'invalid' });
    expect(asked).toEqual([]);
  });

  test('a fault of a running init is no reason for another way', async () => {
    const { access, asked } = aWorld({ initFault: new Error('broken') });
    await expect(access.start(id, command, never)).rejects.toThrow('broken');
    expect(asked).toEqual(['init start']);
  });
});
