// One program under test as a child process that is started, asked and killed. A loaded spare waits, so that a restart costs what
// the program costs and not what Node.js does.

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { ProgramName } from '../bundle.ts';
import type { Answer, DebugAnswer, Order, StartOrder } from '../process/orders.ts';

export interface ProgramOptions {
  readonly name: ProgramName;
  /** Where the bundles are, now. */
  readonly programs: () => string;
  readonly compileCache: string;
  readonly order: () => StartOrder;
  readonly onLine: (line: string) => void;
  /** It ended without being asked to. */
  readonly onUnasked: (why: string) => void;
}

const DEBUG_WITHIN_MS = 2_000;
const STOP_WITHIN_MS = 15_000;

export class Program {
  readonly options: ProgramOptions;
  #spare: ChildProcess | null = null;
  #child: ChildProcess | null = null;
  /** Told to end, and not gone yet. */
  #ending: ChildProcess | null = null;
  #restart: NodeJS.Timeout | null = null;
  #ready = Promise.withResolvers<string>();
  /** It has said that it knows what there is. */
  isReady = false;
  starts = 0;
  pid = 0;
  startedMs = 0;

  constructor(options: ProgramOptions) {
    this.options = options;
    this.#ready.promise.catch(() => {}); // whoever waits is told
  }

  get running(): boolean {
    return this.#child !== null;
  }

  /** Has a loaded process ready for the next start. */
  prepare(): void {
    this.#spare ??= this.#fork();
  }

  /** One that runs already is killed: of two, nobody would end the first. */
  start(): void {
    this.#child?.kill('SIGKILL');
    this.#cancelRestart();
    const child = this.#spare ?? this.#fork();
    this.#spare = null;
    this.#child = child;
    this.isReady = false;
    this.#ready = Promise.withResolvers<string>();
    this.#ready.promise.catch(() => {}); // whoever waits is told
    this.starts += 1;
    this.pid = child.pid ?? 0;
    this.startedMs = performance.now();
    child.on('message', (answer: Answer) => {
      if (answer.say === 'ready' && this.#child === child) {
        this.isReady = true;
        this.#ready.resolve(answer.nodeApiUrl);
      }
      if (answer.say === 'failed') this.options.onLine(`failed: ${answer.why}`);
    });
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#ready.reject(new Error(`${this.options.name} ended`));
      this.options.onUnasked(`${this.options.name} ended by itself (${signal ?? `exit code ${code}`})`);
    });
    send(child, this.options.order());
  }

  /** Resolves with the address of its node API when it serves. */
  get ready(): Promise<string> {
    return this.#ready.promise;
  }

  /** Unless it was started, killed or stopped meanwhile. */
  restartAfter(ms: number): void {
    this.#cancelRestart();
    this.#restart = setTimeout(() => {
      if (this.#child === null) this.start();
    }, ms);
  }

  #cancelRestart(): void {
    if (this.#restart !== null) clearTimeout(this.#restart);
    this.#restart = null;
  }

  /**
   * SIGKILL, before this returns; started again after so many milliseconds, null for never. One that is about to end is killed as well,
   * and not started again: whoever stopped it says what follows.
   */
  kill(restartAfterMs: number | null): void {
    const child = this.#child;
    this.#child = null;
    child?.kill('SIGKILL');
    this.#ending?.kill('SIGKILL');
    this.#ready.reject(new Error(`${this.options.name} was killed`));
    if (this.#ending === null && restartAfterMs !== null) this.restartAfter(restartAfterMs);
    else this.#cancelRestart();
    this.prepare();
  }

  /** SIGTERM; resolves with the milliseconds that it took to end, null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#cancelRestart();
    const child = this.#child;
    this.#child = null;
    if (child === null) return 0;
    this.#ending = child;
    const fromMs = performance.now();
    const ended = new Promise<number>((resolve) => child.once('exit', () => resolve(performance.now() - fromMs)));
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), STOP_WITHIN_MS).unref());
    child.kill('SIGTERM');
    const took = await Promise.race([ended, late]);
    this.#ending = null;
    if (took === null) child.kill('SIGKILL');
    return took;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(name);
  }

  order(order: Order): void {
    if (this.#child !== null) send(this.#child, order);
  }

  /** null when it does not answer. */
  async debug(): Promise<DebugAnswer | null> {
    const child = this.#child;
    if (child === null) return null;
    const answered = Promise.withResolvers<DebugAnswer | null>();
    const onMessage = (answer: Answer): void => {
      if (answer.say === 'debug') answered.resolve(answer);
    };
    child.on('message', onMessage);
    const timer = setTimeout(() => answered.resolve(null), DEBUG_WITHIN_MS);
    send(child, { order: 'debug' });
    const answer = await answered.promise;
    clearTimeout(timer);
    child.removeListener('message', onMessage);
    return answer;
  }

  close(): void {
    this.kill(null);
    this.#spare?.kill('SIGKILL');
    this.#spare = null;
  }

  #fork(): ChildProcess {
    const { name, programs, compileCache, onLine } = this.options;
    const child = fork(join(programs(), `${name}.mjs`), [], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compileCache },
    });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine(line);
      });
    }
    child.on('error', () => {}); // its exit tells
    return child;
  }
}

/** A child that is ending takes no more orders. */
function send(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => {});
}
