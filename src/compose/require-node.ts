// Imported first of all: on an older Node a library fails while it loads, with words that help nobody, before main can say anything.

/** As in package.json. */
const OLDEST_NODE = [22, 19] as const;

const problem = nodeProblem(process.versions.node);
if (problem !== null) {
  process.stderr.write(`error: ${problem}\n`);
  process.exit(1);
}

function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return null;
  return `Node ${version} is too old; Node ${OLDEST_NODE.join('.')} or newer is needed (npm ci installs a pinned one: use npm run or npx)`;
}
