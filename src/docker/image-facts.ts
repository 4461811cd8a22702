// From the engine's answer about an image to what it brings along. Pure.

import { z } from 'zod';

import type { ImageFacts } from '../model/container.ts';
import { parseEnvironment } from './environment.ts';
import { parseAnswer } from './parse-answer.ts';

const imageSchema = z.looseObject({
  Id: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      Labels: z.record(z.string(), z.unknown()).nullish(),
      WorkingDir: z.string().nullish(),
      Volumes: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
});

/** Throws OperatorError('internal') when the answer does not have the form that it should. */
export function imageFacts(answer: unknown): ImageFacts {
  const { Id, RepoDigests, Config } = parseAnswer({ schema: imageSchema, answer, about: 'an image' });
  return {
    id: Id,
    repoDigests: RepoDigests ?? [],
    env: parseEnvironment(Config?.Env ?? []),
    volumes: Object.keys(Config?.Volumes ?? {}).sort(),
    labels: Object.keys(Config?.Labels ?? {}).sort(),
    workingDir: Config?.WorkingDir ?? '',
  };
}
