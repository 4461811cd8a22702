/** RFC 3339 in UTC to the second, as Kubernetes writes its own times. Example: "2026-11-20T18:41:00Z". */
export const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, -5)}Z`;
