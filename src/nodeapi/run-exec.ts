// One command from start to exit frame. Output is bounded before it is sent, so a slow reader holds at most the cap in memory.

import { asOperatorError } from '../lib/errors.ts';
import type { ContainerAccess, OutputStream } from '../ports/container-access.ts';
import type { ExecStream } from '../process/exec-stream.ts';
import type { RunningTarget } from './admit-exec.ts';
import type { BoundedCommand } from './exec-limits.ts';
import { OutputWindow } from './output-window.ts';

/** Bytes per frame: base64 makes a line of 64 KiB of it. */
const FRAME_BYTES = 48 * 1024;
const STREAMS = ['stdout', 'stderr'] as const;

/** Resolves when the exit frame is out. Rejects with the fault of ContainerAccess; aborting `signal` kills the command. */
export async function runExec(
  input: {
    readonly target: RunningTarget;
    readonly execId: string;
    readonly command: BoundedCommand;
    readonly containers: ContainerAccess;
    readonly stream: ExecStream;
  },
  signal: AbortSignal,
): Promise<void> {
  const { target, execId, command, stream } = input;
  const windows = {
    stdout: new OutputWindow(command.maxOutputBytes),
    stderr: new OutputWindow(command.maxOutputBytes),
  };
  await stream.write({ type: 'started', execId });
  const outcome = await input.containers.run(
    target.containerId,
    { ...command.run, execId, user: target.user },
    (name, chunk) => {
      const head = windows[name].push(chunk);
      // Not awaited: all heads together are no more than the cap, and the tail below waits.
      if (head !== null) void sendOutput(stream, name, head);
    },
    signal,
  );
  if (outcome.cancelled) throw asOperatorError(signal.reason); // the client has gone, or the node API is closing
  let truncated = false;
  for (const name of STREAMS) {
    const { omittedBytes, tail } = windows[name].finish();
    if (omittedBytes > 0) {
      truncated = true;
      await stream.write({ type: 'omitted', stream: name, bytes: omittedBytes });
    }
    await sendOutput(stream, name, tail);
  }
  await stream.write({
    type: 'exit',
    exitCode: outcome.exitCode,
    timedOut: outcome.timedOut,
    durationMs: outcome.durationMs,
    stdoutBytes: windows.stdout.producedBytes,
    stderrBytes: windows.stderr.producedBytes,
    truncated,
    containerEnded: outcome.containerEnded,
  });
}

async function sendOutput(stream: ExecStream, name: OutputStream, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += FRAME_BYTES) {
    const data = Buffer.from(bytes.subarray(at, at + FRAME_BYTES)).toString('base64');
    await stream.write({ type: 'output', stream: name, data });
  }
}
