// What the parser of shell scripts cannot read, and how it says so; what it reads is tested by the vectors.

import { describe, expect, test } from 'vitest';
import { parseShell } from '../../../../src/rules/command/shell/script-parser.ts';

describe('the parser of shell scripts', () => {
  test.each([
    ["echo 'a", 'an open quote'],
    ['echo "a', 'an open quote'],
    ['echo $"a', 'an open quote'],
    ["echo $'a", 'an open quote'],
    ['echo a\\', 'a backslash at its end'],
    ['echo `ls', 'an open backtick'],
    ['echo ${a', 'an open "${"'],
    ['echo $((1', 'an open calculation'],
    ['echo $(ls', 'no ")"'],
    ['(ls', 'no ")"'],
    ['{ ls', 'no "}"'],
    ['ls )', '")" in a place where no command is'],
    ['if true; then ls', 'no "fi"'],
    ['while true; do ls', 'no "done"'],
    ['for x in a; ls', 'no "do"'],
    ['case x in a) ls', 'no "esac"'],
    ['ls |', 'nothing behind "|"'],
    ['ls >', 'a redirection without a file'],
    ['cat <<EOF\nx', 'an open here-document'],
    ['cat <<', 'a here-document without a delimiter'],
    ['echo $[1 + 2]', '"$[", which shells read differently'],
    ['echo ${x@P}', 'an expansion that runs text'],
    ["echo $'a\\'b'", "a quote inside of $'...', which shells read differently"],
    ['[[ a; b ]]', '";" in a condition'],
    ['[[ a', 'no "]]"'],
    ['f()', 'a function without a body'],
    ['a=(b', 'an open list of values'],
    [`${'( '.repeat(60)}ls`, 'deeper nesting than is judged'],
    ['a '.repeat(7000), 'more parts than are judged'],
  ])('%j has %s', (script, problem) => {
    expect(parseShell(script)).toEqual({ ok: false, error: problem });
  });

  test.each([
    '',
    '# a comment',
    'ls # a comment',
    'a=b c="d e" ls -la "$x" ${y:-z} $(date) `date` $((1 + 2))',
    'ls | sort | uniq -c > out 2>&1 < in',
    'a && b || c; d & e',
    'if a; then b; elif c; then d; else e; fi',
    'while read -r line; do echo "$line"; done < file',
    'for i in 1 2 3; do ls; done; for ((i=0; i<3; i++)); do ls; done',
    'case "$x" in a|b) ls ;; (c) pwd ;; *) ;; esac',
    'f() { ls; }; function g { pwd; }; f; g',
    "cat <<-'EOF'\n\t$x `y`\n\tEOF\nls",
    'cat <<A <<B\na\nA\nb\nB\n',
    '[[ -f a && $b == c* ]] && ls',
    'diff <(ls a) <(ls b)',
    "echo $'\\x41\\n' !(a|b) {a,b}",
    '{ ls; } 2> /dev/null; (cd x && ls)',
    '! ls',
    'x=$(cat <<EOF\na\nEOF\n)',
    'a+=b; b[1]=c; arr=(a b c)',
  ])('%j is read', (script) => expect(parseShell(script)).toMatchObject({ ok: true }));
});
