import { expect, test } from 'vitest';
import { createImageLooks } from '../../../src/controller/image-looks.ts';
import type { ImageFacts } from '../../../src/model/container.ts';
import { STORY_IMAGE } from '../../support/story.ts';
import { createManualClock } from '../process/manual-clock.ts';

const signal = new AbortController().signal;

function setUp(answers: readonly (ImageFacts | null)[]) {
  const clock = createManualClock();
  let asked = 0;
  const looks = createImageLooks({ inspectImage: async () => answers[asked++] ?? null }, clock);
  return { clock, look: () => looks.look('tool:1', signal), asked: () => asked };
}

test('sessions that start together ask the engine once', async () => {
  const { look, asked } = setUp([STORY_IMAGE]);
  expect([await look(), await look(), await look()]).toEqual([STORY_IMAGE, STORY_IMAGE, STORY_IMAGE]);
  expect(asked()).toBe(1);
});

test('a while later the engine is asked again', async () => {
  const newer = { ...STORY_IMAGE, id: `sha256:${'2c'.repeat(32)}` };
  const { clock, look } = setUp([STORY_IMAGE, newer]);
  await look();
  await clock.advance(2_000);
  expect(await look()).toEqual(newer);
});

test('an image that was not there is looked for each time', async () => {
  const { look } = setUp([null, STORY_IMAGE]);
  expect(await look()).toBeNull();
  expect(await look()).toEqual(STORY_IMAGE);
});
