// The form of a target's host: what everybody reads the same way. Source: requirements.md S3.T3.07-08.

import { parseHostText } from './host-text.ts';

/** Why the text is not a plainly written host with an optional port, as the end of a sentence; null when it is. */
export function hostFormatProblem(text: string): string | null {
  if (text.includes('://') || text.includes('/')) return 'is a URL or a path; name the host alone';
  const host = parseHostText(text);
  if (host === null) return 'is not a host name or an address';
  if (host.kind === 'ipv4' && !host.plain) return 'is an address in a notation that programs read differently';
  return null;
}

/** The port behind the host; null for none. */
export const portOfHost = (text: string): number | null => parseHostText(text)?.port ?? null;
