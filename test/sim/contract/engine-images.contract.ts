// What the programs rely on of images and of the volumes that they bring along. Runs on the simulated engine and on the real one.

import { expect, test } from 'vitest';

import { aSubject, type EngineUnderTest, seen } from './engine-under-test.ts';

const { signal } = new AbortController();

export function engineImagesContract(given: () => EngineUnderTest): void {
  test('an image is the same by its reference and by its id, and null where there is none', async () => {
    const { engine, image, volumeImage } = given();
    const facts = await engine.inspectImage(image.reference, signal);
    expect(facts).toMatchObject({ id: image.id, volumes: [] });
    expect(await engine.inspectImage(image.id, signal)).toEqual(facts);
    expect(await engine.inspectImage(volumeImage.id, signal)).toMatchObject({ volumes: ['/data'] });
    expect(await engine.inspectImage('mcps.local/absent:1', signal)).toBe(null);
    expect(await engine.inspectImage(`mcps.local/absent@sha256:${'ab'.repeat(32)}`, signal)).toBe(null);
    expect(await engine.inspectImage(`sha256:${'ab'.repeat(32)}`, signal)).toBe(null);
  });

  test('an image that no registry gives cannot be pulled', async () => {
    const reference = '127.0.0.1:9/nope:1'; // nobody listens there
    await expect(given().engine.pullImage(reference, signal)).rejects.toMatchObject({ kind: 'invalid' });
    expect(await given().engine.inspectImage(reference, signal)).toBe(null);
  });

  test('volumes that an image declares are made with its container, are told of, and go with it', async () => {
    const { engine, hands, volumeImage } = given();
    const { spec, uid } = aSubject(given(), { change: { imageId: volumeImage.id } });
    volumeImage.differs(uid);
    const { id } = await engine.create(spec, signal);
    const [volume, ...others] = await hands.anonymousVolumesOf(id);
    expect(others).toEqual([]);
    expect(await hands.volumeExists(volume ?? '')).toBe(true);
    expect((await seen(given(), id)).spec.unmodelled).toEqual(['Config.Volumes', 'Mounts[/data]']);
    await engine.remove(id, signal);
    expect(await hands.volumeExists(volume ?? '')).toBe(false);
  });
}
