// The one judgement of host paths, for what a session asks for and for what a container really got.

import { cleanPath } from '../../lib/posix-path.ts';
import { placeProblem } from './denied-places.ts';
import { spellingProblem } from './spelling.ts';

/** Why the path may not be mounted, as the end of a sentence that starts with the path; null when it may. Lexical only (K-30). */
export const hostPathProblem = (path: string): string | null => spellingProblem(path) ?? placeProblem(cleanPath(path));
