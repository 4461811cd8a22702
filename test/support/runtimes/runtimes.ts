// The runtimes that sessions bring along, each with a small workload. What this machine does not have is said, not left out in silence.

import { cpSync, existsSync, realpathSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

import { runCommand } from '../../../hack/docker/run-command.ts';
import { GO_PROGRAMS } from '../../../src/embedded/binaries/go-toolchain.ts';
import type { ContainerMount } from '../../../src/model/container.ts';
import { debianPackages } from '../debian-packages.ts';
import { RUNTIMES, readOnly, type Stage, TRIPLET } from './stage.ts';

export interface Runtime {
  readonly name: string;
  /** What a machine lacks that cannot test it. */
  readonly needs: string;
  /** Where it is on this machine; null where it is not. */
  readonly find: () => string | null;
  readonly prepare: (stage: Stage, found: string) => Promise<Prepared>;
  readonly prints: string;
}

export interface Prepared {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Directories of the node that it needs where they are. */
  readonly mounts?: readonly ContainerMount[];
}

const FULL_WORKLOAD = 'threads 10\nsocket ping\nchild 7\nmemory 4096\nfile 5\ntimer ok\n';
const SHELL_WORKLOAD = 'jobs 10\nsignal USR1\nchild 7\na b \n';
const REPOSITORY = join(import.meta.dirname, '../../..');
const workload = (extension: string): string => join(import.meta.dirname, `workload.${extension}`);
const asItIs = (path: string): ContainerMount => readOnly(realpathSync(path), path);

export const RUNTIMES_TO_TEST: readonly Runtime[] = [
  {
    name: 'C with glibc',
    needs: 'cc',
    find: () => onPath('cc'),
    prints: FULL_WORKLOAD,
    prepare: async (stage, cc) => {
      const program = stage.path('with-glibc');
      await succeed(cc, ['-O1', '-pthread', '-o', program, workload('c')]);
      return { argv: [await stage.addProgram(program)] };
    },
  },
  {
    name: 'C with musl',
    needs: 'cc on x86-64',
    find: () => (process.arch === 'x64' ? onPath('cc') : null),
    prints: FULL_WORKLOAD,
    prepare: withMusl,
  },
  {
    name: 'shell of a static busybox',
    needs: 'nothing: it is in the session image',
    find: () => '/bin/sh',
    prints: SHELL_WORKLOAD,
    prepare: async (stage, shell) => ({ argv: [shell, stage.addFile(workload('sh'))] }),
  },
  {
    name: 'bash',
    needs: 'bash',
    find: () => onPath('bash'),
    prints: SHELL_WORKLOAD,
    prepare: async (stage, bash) => ({ argv: [await stage.addProgram(bash), stage.addFile(workload('bash'))] }),
  },
  {
    name: 'git',
    needs: 'git',
    find: () => onPath('git'),
    prints: 'second\nfirst\n1\n',
    prepare: async (stage, git) => {
      await stage.addProgram(git);
      return { argv: ['/bin/sh', stage.addFile(workload('git.sh'))], env: { PATH: `${RUNTIMES}:/bin`, HOME: '/tmp' } };
    },
  },
  {
    name: 'Node.js',
    needs: 'node_modules/node-linux-*',
    find: () => existing(join(REPOSITORY, `node_modules/node-linux-${process.arch}/bin/node`)),
    prints: FULL_WORKLOAD,
    prepare: async (stage, node) => ({ argv: [await stage.addProgram(node), stage.addFile(workload('ts'))] }),
  },
  {
    name: 'Deno',
    needs: 'deno',
    find: () => onPath('deno'),
    prints: FULL_WORKLOAD,
    prepare: async (stage, deno) => {
      const argv = [await stage.addProgram(deno), 'run', '--allow-all', '--quiet', stage.addFile(workload('ts'))];
      return { argv, env: { DENO_DIR: '/tmp', HOME: '/tmp' } };
    },
  },
  {
    name: 'Python',
    needs: "Debian's python3",
    find: () => existing('/usr/bin/python3'),
    prints: FULL_WORKLOAD,
    prepare: async (stage, python) => {
      const program = realpathSync(python);
      const library = join('lib', basename(program));
      const argv = [await stage.addProgram(program), stage.addFile(workload('py'))];
      return { argv, mounts: [readOnly(join('/usr', library), join(dirname(RUNTIMES), library))] };
    },
  },
  {
    name: 'Go',
    needs: 'go',
    find: () => GO_PROGRAMS.map((program) => onPath(program)).find((path) => path !== null) ?? null,
    prints: FULL_WORKLOAD,
    prepare: async (stage, go) => {
      const program = stage.path('with-go');
      // The flags of the control plane's build, whose compiled packages are used again.
      await succeed(go, ['build', '-trimpath', '-o', program, workload('go')], { CGO_ENABLED: '0' });
      return { argv: [await stage.addProgram(program)] };
    },
  },
  {
    name: 'Java',
    needs: 'a JDK below /usr or /opt',
    find: () => jdkBelow(['/usr', '/opt']),
    prints: FULL_WORKLOAD,
    prepare: withJava,
  },
  {
    name: 'Chromium without its own sandbox',
    needs: "Debian's chromium-headless-shell",
    find: () => existing('/usr/lib/chromium/chromium-headless-shell'),
    prints: '<html><head></head><body>42</body></html>\n',
    prepare: async (stage, chromium) => {
      const home = dirname(chromium);
      await stage.addLibrariesOf(chromium, home);
      const argv = [chromium, '--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', PAGE];
      // With what it loads by name.
      return { argv, env: { HOME: '/tmp' }, mounts: [home, `/usr/lib/${TRIPLET}`].map(asItIs) };
    },
  },
];

const PAGE = 'data:text/html,<body><script>document.body.innerText = 6 * 7</script>';

/** Debian's musl, fetched once (1 MB), with the machine's own compiler. */
async function withMusl(stage: Stage, cc: string): Promise<Prepared> {
  const musl = await debianPackages('musl', 'musl-dev');
  const loader = '/lib/ld-musl-x86_64.so.1';
  const library = join(musl, 'lib/x86_64-linux-musl');
  const parts = join(musl, 'usr/lib/x86_64-linux-musl');
  const part = (name: string): string => join(parts, name);
  const program = stage.path('with-musl');
  await succeed(cc, [
    ...['-O1', '-no-pie', '-nostdinc', '-nostdlib', `-Wl,--dynamic-linker=${loader}`],
    ...['-isystem', join(musl, 'usr/include/x86_64-linux-musl'), '-o', program],
    ...[part('crt1.o'), part('crti.o'), workload('c'), `-L${library}`, '-lc', '-lgcc', part('crtn.o')],
  ]);
  stage.addLibrary(join(library, 'libc.so'), loader);
  return { argv: [join(RUNTIMES, 'with-musl')] };
}

/** Mounted where it is. Debian's has links to its settings below /etc, which may not be mounted: they are copied. */
async function withJava(stage: Stage, javac: string): Promise<Prepared> {
  const home = dirname(dirname(realpathSync(javac)));
  const settings = dirname(realpathSync(join(home, 'lib/jvm.cfg')));
  const isOutside = !settings.startsWith(home);
  if (isOutside) cpSync(settings, stage.path('java-settings'), { recursive: true, dereference: true });
  for (const program of javaPrograms(home)) await stage.addLibrariesOf(program, home);
  await succeed(javac, ['-d', stage.path('classes'), join(import.meta.dirname, 'Workload.java')]);
  return {
    argv: [join(home, 'bin/java'), '-Xmx128m', '-cp', `${RUNTIMES}/classes`, 'Workload'],
    mounts: [asItIs(home), ...(isOutside ? [readOnly(stage.path('java-settings'), settings)] : [])],
  };
}

/** What the virtual machine loads by name counts, too. */
const javaPrograms = (home: string): readonly string[] => [
  join(home, 'bin/java'),
  join(home, 'lib/server/libjvm.so'),
  ...['libjava.so', 'libnet.so', 'libnio.so'].map((name) => join(home, 'lib', name)),
];

/** Homes may not be mounted into sessions. */
function jdkBelow(roots: readonly string[]): string | null {
  const javac = onPath('javac');
  return javac !== null && roots.some((root) => realpathSync(javac).startsWith(`${root}/`)) ? javac : null;
}

const existing = (path: string): string | null => (existsSync(path) ? path : null);

function onPath(program: string): string | null {
  if (program.startsWith('/')) return existing(program);
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return directories.map((directory) => existing(join(directory, program))).find((path) => path !== null) ?? null;
}

async function succeed(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<void> {
  const { exitCode, lastLines } = await runCommand({ program, args, environment });
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}: ${lastLines}`);
}
