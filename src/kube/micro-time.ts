/** A Kubernetes MicroTime: exactly six decimals, anything else is refused with 422 (control-plane.md 6). */
export const microTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, -1)}000Z`;
