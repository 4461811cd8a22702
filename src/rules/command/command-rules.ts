// Every law about commands, in the order of their ids.

import { commandDirectory } from '../session/command-directory.ts';
import { commandFlags } from '../session/command-flags.ts';
import { commandLookAlike } from '../session/command-look-alike.ts';
import { commandNotAllowed } from '../session/command-not-allowed.ts';
import { commandPaths } from '../session/command-paths.ts';
import { commandVariables } from '../session/command-variables.ts';
import { deniedCommand } from '../session/command-denied.ts';
import { destructiveCommand } from '../session/command-destructive.ts';
import { embeddedCommand } from '../session/command-embedded.ts';
import { fetchedScript } from '../session/command-fetched.ts';
import { readOnlyCommand } from '../session/command-read-only.ts';
import { unknownCommand } from '../session/command-unknown.ts';
import { unreadableCommand } from '../session/command-unreadable.ts';
import type { CommandRule } from './command-rule.ts';

export const commandRules: readonly CommandRule[] = [
  deniedCommand,
  commandNotAllowed,
  destructiveCommand,
  fetchedScript,
  commandPaths,
  commandFlags,
  unreadableCommand,
  commandLookAlike,
  commandDirectory,
  unknownCommand,
  readOnlyCommand,
  embeddedCommand,
  commandVariables,
];
