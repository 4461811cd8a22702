// Arguments that several tools share, described once.

import { z } from 'zod';

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const EXEC_ID = /^[A-Za-z0-9_-]{1,64}$/;
const DNS_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

export const sessionArgument = z
  .string()
  .refine((name) => DNS_NAME.test(name), 'must be the name of a session, as session_create or session_list gave it');

export const newNameArgument = z
  .string()
  .regex(DNS_LABEL, 'must be 1 to 63 of a-z, 0-9 and "-", without "-" at the ends')
  .optional()
  .meta({ description: 'Name for the session. Default: a random one.' });

export const namespaceArgument = z
  .string()
  .refine((name) => DNS_LABEL.test(name), 'must be the name of a namespace')
  .optional()
  .meta({ description: 'Default: your own.' });

export const execIdArgument = z.string().refine((id) => EXEC_ID.test(id), 'must be the exec_id that session_exec gave');

/** The node says whether the path is one of the workspace. */
export const pathArgument = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'must not hold NUL')
  .meta({ description: 'Below the workspace.' });

/** What models and programs must know about everything that comes out of a session. */
export const untrustedResult = z.literal(true);

/** Name-to-value map. Names are shown again; values never are. */
export const environmentArgument = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/, 'must be a variable name'), z.string().max(32_768))
  .default({});

/** Variable to "<Secret>/<key>". */
export const secretsArgument = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,255}$/, 'must be a variable name'),
    z.string().regex(/^[a-z0-9.-]{1,253}\/[A-Za-z0-9._-]{1,253}$/, 'must be "<Secret>/<key>"'),
  )
  .default({});

export const conditionResult = z.strictObject({
  type: z.string(),
  status: z.string(),
  reason: z.string(),
  message: z.string(),
});

export const limitsResult = z.strictObject({
  cpu: z.string(),
  memory: z.string(),
  pids: z.int(),
  cpu_time_seconds: z.int(),
});
