import { describe, expect, test } from 'vitest';

import type { ImageFacts } from '../../../src/model/container.ts';
import { policySchema } from '../../../src/model/policy.ts';
import type { SessionSpecInput } from '../../../src/model/session-spec.ts';
import { imageProblems } from '../../../src/plan/image-problems.ts';
import { renderCauseText } from '../../../src/rules/render.ts';
import { aSessionSpec } from '../../support/session-builder.ts';
import { STORY_IMAGE } from '../../support/story.ts';

interface ImageCase {
  readonly name: string;
  readonly image: Partial<ImageFacts>;
  readonly spec?: Partial<SessionSpecInput>;
  readonly policy?: Readonly<Record<string, unknown>>;
}

const problemsOf = ({ image, spec = {}, policy = {} }: ImageCase): readonly string[] =>
  imageProblems({
    spec: aSessionSpec(spec),
    image: { ...STORY_IMAGE, ...image },
    policy: policySchema.parse(policy),
  }).map(renderCauseText);

const env = (name: string, value: string): Partial<ImageFacts> => ({ env: [{ name, value }] });

describe('what an image brings along is refused', () => {
  test.each<ImageCase & { readonly want: string }>([
    {
      name: 'a VOLUME',
      image: { volumes: ['/data', '/other'] },
      want: 'Forbidden: [MCPS-320] the image declares VOLUME /data, which would be writable disk without a limit; fix: use an image without VOLUME (mcpsession.dev/r/320)',
    },
    {
      name: 'S4.SCN.04: no registry digest, where policy wants one',
      image: { repoDigests: [] },
      policy: { images: { allowLocal: false } },
      want: 'Forbidden: [MCPS-321] the image has no registry digest, and policy images.allowLocal is false; fix: push the image to a registry and name it by digest (mcpsession.dev/r/321)',
    },
    {
      name: 'a label that steers other software',
      image: { labels: ['traefik.enable'] },
      want: 'Forbidden: [MCPS-322] the image has label traefik.enable, which software on the node acts on; fix: use an image without this label (mcpsession.dev/r/322)',
    },
    {
      name: 'S0.H1.09: ENV that hijacks programs',
      image: env('LD_PRELOAD', '/x.so'),
      want: 'Forbidden: [MCPS-323] the image sets LD_PRELOAD, which changes what programs load or run; fix: set LD_PRELOAD to "" in spec.env, or use an image without it (mcpsession.dev/r/323)',
    },
    {
      name: 'S0.H1.09: a PATH with the current directory in it',
      image: env('PATH', '/bin:'),
      want: 'Forbidden: [MCPS-323] the image sets PATH, which changes what programs load or run; fix: set a PATH of absolute directories in spec.env, or use an image without it (mcpsession.dev/r/323)',
    },
    {
      name: 'CVE-2024-21626: a WORKDIR below /proc',
      image: { workingDir: '/app/../proc/self/fd/8' },
      want: 'Forbidden: [MCPS-324] WORKDIR /app/../proc/self/fd/8 of the image is in /proc, which belongs to the kernel; fix: use an image with another WORKDIR (mcpsession.dev/r/324)',
    },
  ])('$name', (given) => {
    expect(problemsOf(given)).toEqual([given.want]);
  });

  test('each once, whatever there is of it', () => {
    const image = {
      volumes: ['/a', '/b'],
      labels: ['com.docker.x', 'ofelia.y'],
      env: ['LD_PRELOAD', 'BASH_ENV'].map((name) => ({ name, value: 'x' })),
      workingDir: '/sys',
    };
    expect(problemsOf({ name: '', image })).toHaveLength(4);
  });
});

describe('what an image brings along is fine', () => {
  test.each<ImageCase>([
    { name: 'nothing', image: { env: [], workingDir: '' } },
    { name: 'ordinary variables and labels', image: { ...env('PYTHON_VERSION', '3.13'), labels: ['maintainer'] } },
    { name: 'a hijacking name that the image itself leaves empty', image: env('LD_LIBRARY_PATH', '') },
    {
      name: 'S0.H1.09: one that the session takes away',
      image: env('LD_LIBRARY_PATH', '/opt/x'),
      spec: { env: [{ name: 'LD_LIBRARY_PATH', value: '' }] },
    },
    {
      name: 'a PATH that the session replaces',
      image: env('PATH', '.'),
      spec: { env: [{ name: 'PATH', value: '/usr/bin:/bin' }] },
    },
    { name: 'a WORKDIR with a slash at its end', image: { workingDir: '/usr/src/app/' } },
    { name: 'an image of the node, where policy allows it', image: { repoDigests: [] } },
    {
      name: 'S0.L7.01: everything, under YOLO',
      image: { volumes: ['/a'], workingDir: '/proc', ...env('LD_PRELOAD', 'x') },
      policy: { yolo: true },
    },
  ])('$name', (given) => {
    expect(problemsOf(given)).toEqual([]);
  });
});
