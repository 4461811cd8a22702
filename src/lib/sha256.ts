import { createHash } from 'node:crypto';

/** Lower-case hex SHA-256 of UTF-8 text: a pure function, though it comes from node:crypto. */
export const sha256Hex = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
