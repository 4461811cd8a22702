// Lists of allowed things in policy: empty means none, "*" means all (ux.md 2.5).

export const allows = (list: readonly string[], item: string): boolean => list.includes('*') || list.includes(item);

const SHOWN_ITEMS = 2;

/** The start of a list that is too long for a message, and how many more there are. */
export function shownStart(list: readonly string[]): string {
  const more = list.length - SHOWN_ITEMS;
  return more <= 0 ? shownList(list) : `${list.slice(0, SHOWN_ITEMS).join(', ')}, ${more} more`;
}

/** The list as a message shows it. */
export const shownList = (list: readonly string[]): string => (list.length === 0 ? 'none' : list.join(', '));
