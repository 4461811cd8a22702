// A stand-in for the Go toolchain: a shell script that names a version and "builds" small files, or does what a test says.

import { mkdir, writeFile } from 'node:fs/promises';

export interface FakeGo {
  readonly goPrograms: readonly string[];
  readonly sourceDir: string;
}

const WRITE_PROGRAM = 'printf "built %s" "$package" > "$output"; chmod 755 "$output"';

/** The build step sees $output (the path after -o) and $package. */
export async function fakeGo(dir: string, { version = 'go1.26.8', build = WRITE_PROGRAM } = {}): Promise<FakeGo> {
  const sourceDir = `${dir}/source`;
  await mkdir(sourceDir, { recursive: true });
  await writeFile(`${sourceDir}/go.mod`, 'module example.test/source\n\ngo 1.26.0\n');
  const program = `${dir}/go`;
  const script = `#!/bin/sh
if [ "$1" = version ]; then echo "go version ${version} linux/amd64"; exit 0; fi
while [ $# -gt 1 ]; do [ "$1" = -o ] && output=$2; shift; done
package=$1
${build}
`;
  await writeFile(program, script, { mode: 0o755 });
  return { goPrograms: [program], sourceDir };
}
