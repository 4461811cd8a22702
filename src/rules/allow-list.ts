// Lists of allowed things in policy: empty means none, "*" means all (ux.md 2.5).

export const allows = (list: readonly string[], item: string): boolean => list.includes('*') || list.includes(item);

/** The list as a message shows it. */
export const shownList = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
