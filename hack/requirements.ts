// `npm run requirements`: which rows of the source documents have a test that names them, and why the others have none. Exits 1 when
// a rule, default or limit of this project has none.

import { join } from 'node:path';
import { requirements } from '../test/requirements/index.ts';
import { coverageOf, coverageText } from './requirements/coverage.ts';
import { namedIds } from './requirements/named-ids.ts';

const all = requirements();
const named = new Set(namedIds(join(import.meta.dirname, '..')).map(({ id }) => id));
const coverage = coverageOf(all, named);
process.stdout.write(coverageText(all, coverage));
process.exitCode = coverage.missing.length === 0 ? 0 : 1;
