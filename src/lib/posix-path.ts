// Lexical path arithmetic for paths of other machines: no file system is looked at, and nothing depends on ours.

/** Without empty and "." segments, with ".." applied, without a trailing slash. "/" for the root. Relative stays relative. */
export function cleanPath(path: string): string {
  const absolute = path.startsWith('/');
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!absolute) kept.push('..');
  }
  return absolute ? `/${kept.join('/')}` : kept.join('/') || '.';
}

/** Whether clean path `path` is `root` or lies below it, by whole segments: "/etcetera" is not below "/etc". */
export function isAtOrBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root === '/' ? '/' : `${root}/`);
}
