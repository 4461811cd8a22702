// Lone surrogates: text that JSON and YAML can write by escapes and UTF-8 cannot hold. The API server stores U+FFFD in their place,
// so whoever judged them judged something else than what is stored.

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/** Whether the value that `text` (valid UTF-8 once) was parsed to has text, keys included, that UTF-8 cannot hold. */
export const hasLoneSurrogate = (text: string, value: unknown): boolean =>
  SURROGATE_ESCAPE.test(text) && isMalformed(value);

/** Without recursion: what comes here may be nested deeply. */
function isMalformed(root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string' && !value.isWellFormed()) return true;
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value) && Object.keys(value).some((key) => !key.isWellFormed())) return true;
    for (const inner of Object.values(value)) open.push(inner);
  }
  return false;
}
