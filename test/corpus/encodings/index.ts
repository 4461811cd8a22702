// Every spelling, by its language.

import type { EncodingCase } from './case.ts';
import { yamlShapes } from './yaml-shapes.ts';
import { yamlValues } from './yaml-values.ts';

export { jsonEncodings } from './json.ts';

export const yamlEncodings: readonly EncodingCase[] = [...yamlValues, ...yamlShapes];
