import { createHash } from 'node:crypto';

/** Lower-case hex SHA-256 of bytes, or of text as UTF-8: a pure function, though it comes from node:crypto. */
export const sha256Hex = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
