// Programs that the judgement knows by name.

const names = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** They take commands as text. */
export const SHELLS = names('sh bash dash ash zsh ksh ksh93 mksh yash rbash fish');
/** They run programs of their own language, from an argument, a file or their input. */
export const INTERPRETERS = /^(?:python|pypy|perl|ruby|node|nodejs|php|lua|tclsh|deno|bun)[0-9.]*$/;
/** What they get is text to print; nothing of it runs or names a file. */
export const PRINTERS = names('echo printf');
/** They look for text and compare it, or keep it: beside options and files nothing of it means anything to the machine. */
export const SEARCHERS = names(
  'grep egrep fgrep rg ag jq yq expr test [ true false : export read local declare typeset readonly',
);
/** Their arguments with blanks in them are messages. */
export const TEXT_PROGRAMS = names('git hg svn gh glab logger');
/** Of a shell; they run nothing. Without them no script of allowed commands could be written. */
export const CONTROL_BUILTINS = names(
  ': true false exit return break continue shift cd set wait test [ unset export local readonly declare typeset',
);
export const FETCHERS = names('curl wget fetch aria2c httpie http https lynx');
export const CONTAINER_CLIS = names('docker podman nerdctl ctr crictl buildah docker-compose');
/** They write nothing unless an option says so (writes.ts). */
export const READERS = names(
  'ls dir cat tac head tail grep egrep fgrep rg find stat wc diff cmp less more file readlink realpath du df test [ sort uniq cut tr ' +
    'od xxd hexdump strings md5sum sha1sum sha256sum sha512sum cksum cd pushd popd pwd tree ps top netstat ss id which type env printenv ' +
    'echo printf date uname hostname whoami basename dirname nl column jq awk sed',
);
/** Where programs of an image are (requirements.md S1.CMD.04). */
export const PROGRAM_DIRECTORIES = names('/bin /usr/bin /usr/local/bin /sbin /usr/sbin');
/** They switch the machine off, or change what is mounted. */
export const MACHINE_PROGRAMS = names('shutdown reboot halt poweroff mount mke2fs');
