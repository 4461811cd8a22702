// Runs a container that was created to its end and reads all that it wrote.

import { createDemuxer } from '../../src/docker/demux.ts';
import { rawDocker } from './docker.ts';

const MAX_OUTPUT_BYTES = 1_048_576;

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The container must have been created with log driver json-file and without a terminal. */
export async function runToEnd(containerId: string): Promise<Ended> {
  const container = rawDocker().getContainer(containerId);
  await container.start();
  const { StatusCode } = (await container.wait()) as { StatusCode: number }; // typed as any by dockerode
  const output = { stdout: '', stderr: '' };
  const demuxer = createDemuxer({
    maxBytes: MAX_OUTPUT_BYTES,
    onOutput: (stream, chunk) => {
      output[stream] += Buffer.from(chunk).toString();
    },
  });
  demuxer.push(await container.logs({ stdout: true, stderr: true }));
  return { exitCode: StatusCode, ...output };
}
