import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { createKeptCommands, KEPT_FOR_MS } from '../../../../src/docker/exec/kept-commands.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const kept = () => createKeptCommands<{ execId: string; heldBytes: number; isOver: boolean }>();

function keep(all: ReturnType<typeof kept>, execId: string, { containerId = 'c', heldBytes = 1 } = {}): void {
  all.reserve(containerId, execId);
  all.put(containerId, { execId, heldBytes, isOver: true });
}

describe('kept commands', () => {
  test('are found by container and id, and an id is taken once', () => {
    const all = kept();
    keep(all, 'a');
    expect(all.find('c', 'a')).toMatchObject({ execId: 'a' });
    expect(all.find('d', 'a')).toBeNull();
    expect(() => all.reserve('c', 'a')).toThrow(expect.objectContaining({ kind: 'already-exists' }) as Error);
    all.forget('c', 'a');
    all.reserve('c', 'a');
    expect(all.find('c', 'a')).toBeNull();
  });

  test('that have ended go after a while, running ones stay', () => {
    const all = kept();
    keep(all, 'ended');
    keep(all, 'running');
    all.ended('c', 'ended');
    vi.advanceTimersByTime(KEPT_FOR_MS);
    expect(all.find('c', 'ended')).toBeNull();
    expect(all.find('c', 'running')).not.toBeNull();
  });

  test('that have ended are 32 for each container, the oldest go first', () => {
    const all = kept();
    for (let index = 0; index < 40; index += 1) {
      keep(all, `e${index}`);
      all.ended('c', `e${index}`);
    }
    keep(all, 'other', { containerId: 'd' });
    all.ended('d', 'other');
    expect(all.find('c', 'e7')).toBeNull();
    expect(all.find('c', 'e8')).not.toBeNull();
    expect(all.find('d', 'other')).not.toBeNull();
  });

  test('that have ended take a bounded amount of memory, whatever their number', () => {
    const all = kept();
    const heldBytes = 20 * 1_048_576;
    for (const execId of ['a', 'b', 'c', 'd']) {
      keep(all, execId, { containerId: execId, heldBytes });
      all.ended(execId, execId);
    }
    expect(['a', 'b', 'c', 'd'].map((each) => all.find(each, each) !== null)).toEqual([false, true, true, true]);
  });
});
