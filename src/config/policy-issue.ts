// One problem of a policy file as a sentence: key, value, what is allowed.

import type { z } from 'zod';
import { policyFileSchema } from '../model/policy-set.ts';
import { settingIssueText } from './setting-issue.ts';

/** Example: 'limits.maxPids: 1 is not allowed; allowed: 10 or more'. `raw` is what was read from the file. */
export const policyIssueText = (issue: z.core.$ZodIssue, raw: unknown): string =>
  settingIssueText(issue, { what: 'policy', schema: policyFileSchema, raw });
