// Goes through a command line as a shell and a kernel would, and notes each command that would run. Every step is counted, so that no
// input makes it slow; what is left over then is a problem of the analysis, never a silent yes.

import { assertNever } from '../../lib/assert-never.ts';
import { expandText, expandWord } from './expand.ts';
import type { Field } from './field.ts';
import { isForkBomb } from './fork-bomb.ts';
import {
  type Analysis,
  type Argument,
  type Feed,
  type FoundCommand,
  type FoundPipeline,
  type FoundRedirection,
  NO_FEED,
} from './found-command.ts';
import type { Place } from './place.ts';
import { FETCHERS } from './program-names.ts';
import { parseShell } from './shell/script-parser.ts';
import type { Assignment, Redirection, ShellNode, Word } from './shell/syntax.ts';
import { startProgram } from './start-program.ts';
import type { Call, Starter } from './started.ts';

const MAX_COMMANDS = 1500;
const MAX_DEPTH = 24;
/** Scripts, and arguments after expansion, in all. */
const MAX_CHARACTERS = 400_000;
/** What an argument costs, measured in characters. */
const CHARACTERS_OF_AN_ARGUMENT = 40;
/** Values of a loop that are tried one by one. */
const MAX_LOOP_VALUES = 8;
const MAX_FUNCTION_CALLS = 64;

type Node<Kind extends ShellNode['kind']> = Extract<ShellNode, { readonly kind: Kind }>;

export class Analyst implements Starter {
  readonly #commands: FoundCommand[] = [];
  readonly #pipelines: FoundPipeline[] = [];
  readonly #forkBombs: number[] = [];
  readonly #functions = new Map<string, ShellNode>();
  readonly #running = new Set<string>();
  #problem: Analysis['problem'] = null;
  #characters = 0;
  #calls = 0;

  result(words: readonly Argument[]): Analysis {
    return {
      words,
      commands: this.#commands,
      pipelines: this.#pipelines,
      forkBombs: this.#forkBombs,
      problem: this.#problem,
    };
  }

  record(found: FoundCommand): void {
    this.#commands.push(found);
  }

  start(words: readonly Argument[], call: Call): Feed {
    const { place } = call;
    this.#spend(
      place.at,
      words.reduce((sum, { text }) => sum + text.length + CHARACTERS_OF_AN_ARGUMENT, 0),
    );
    if (this.#commands.length >= MAX_COMMANDS) this.#fail(place.at, 'has more commands than are judged');
    if (place.depth >= MAX_DEPTH) this.#fail(place.at, 'is nested deeper than is judged');
    if (this.#problem !== null) return NO_FEED;
    return startProgram(words, { ...call, place: { ...place, depth: place.depth + 1 } }, this);
  }

  script({ text }: Field, place: Place): Feed {
    this.#spend(place.at, text.length);
    if (place.depth >= MAX_DEPTH) this.#fail(place.at, 'is nested deeper than is judged');
    if (this.#problem !== null) return NO_FEED;
    const parsed = parseShell(text);
    if (parsed.ok) return this.#nodes(parsed.value, { ...place, depth: place.depth + 1 });
    this.#fail(place.at, `has ${parsed.error}`);
    return NO_FEED;
  }

  /** A function that is running already is not entered again. */
  callFunction(name: string, words: readonly Argument[], call: Call): boolean {
    const body = this.#functions.get(name);
    if (body === undefined) return false;
    this.#calls += 1;
    if (this.#running.has(name) || this.#calls > MAX_FUNCTION_CALLS) return true;
    this.#running.add(name);
    const { scope } = call.place;
    const outer = scope.positional;
    scope.positional = words.map(({ text }) => text);
    this.#node(body, { ...call.place, feed: call.feed });
    scope.positional = outer;
    this.#running.delete(name);
    return true;
  }

  #fail(at: number, text: string): void {
    this.#problem ??= { at, text };
  }

  #spend(at: number, characters: number): void {
    this.#characters += characters;
    if (this.#characters > MAX_CHARACTERS) this.#fail(at, 'has more text than is judged');
  }

  #nodes(nodes: readonly ShellNode[], place: Place): Feed {
    let last = NO_FEED;
    let fetched = false;
    for (const node of nodes) {
      if (this.#problem !== null) break;
      last = this.#node(node, place);
      fetched ||= last.fetched;
    }
    return { text: nodes.length === 1 ? last.text : null, fetched };
  }

  #node(node: ShellNode, place: Place): Feed {
    switch (node.kind) {
      case 'simple':
        return this.#simple(node, place);
      case 'pipeline':
        return this.#pipeline(node, place);
      case 'group':
        return this.#group(node, place);
      case 'function':
        this.#functions.set(node.name, node.body);
        if (isForkBomb(node.name, node.body)) this.#forkBombs.push(place.at);
        this.#node(node.body, { ...place, scope: place.scope.copy([]), feed: NO_FEED });
        return NO_FEED;
      default:
        return assertNever(node);
    }
  }

  #pipeline({ stages, background }: Node<'pipeline'>, place: Place): Feed {
    const [only] = stages;
    if (stages.length === 1 && only !== undefined && !background) return this.#node(only, place);
    let { feed } = place;
    const found: (readonly FoundCommand[])[] = [];
    for (const stage of stages) {
      const before = this.#commands.length;
      feed = this.#node(stage, { ...place, scope: place.scope.copy(), feed });
      found.push(this.#commands.slice(before));
    }
    if (stages.length > 1) this.#pipelines.push({ at: place.at, stages: found });
    return feed;
  }

  #group({ subshell, body, words, variable, redirections }: Node<'group'>, place: Place): Feed {
    const scope = subshell ? place.scope.copy() : place.scope;
    const { files, feed } = this.#redirections(redirections, { ...place, scope });
    if (files.length > 0) this.#recordFiles(files, [], { ...place, scope });
    const inner = { ...place, scope, feed: feed ?? place.feed };
    const values = words.flatMap((word) => this.#expand(word, inner));
    if (variable === null) return this.#nodes(body, inner);
    const each = values.every(({ text }) => text !== '') && values.length <= MAX_LOOP_VALUES && !place.inLoop;
    if (values.length === 0 || !each) {
      scope.assign(variable, null);
      return this.#nodes(body, inner);
    }
    let fetched = false;
    for (const { text } of values) {
      scope.assign(variable, text);
      fetched = this.#nodes(body, { ...inner, inLoop: true }).fetched || fetched;
    }
    return { text: null, fetched };
  }

  #simple({ assignments, words, redirections }: Node<'simple'>, place: Place): Feed {
    const assigned = this.#assign(assignments, words.length === 0, place);
    const found = words.flatMap((word) => this.#expand(word, place));
    const { files, feed } = this.#redirections(redirections, place);
    const input = feed ?? place.feed;
    const [program] = found;
    if (program === undefined || (found.length === 1 && program.text === '')) {
      if (files.length > 0 || assigned.length > 0) this.#recordFiles(files, assigned, place);
      return NO_FEED;
    }
    return this.start(found, { place, feed: input, redirections: files, assigned });
  }

  /** Variables in front of a command are set for it alone; what is expanded beside them does not see them. */
  #assign(assignments: readonly Assignment[], lasting: boolean, place: Place): readonly string[] {
    for (const { name, value } of assignments) {
      const { text } = expandText(value, place.scope, this.#substitution(place));
      this.#spend(place.at, text.length);
      if (lasting) place.scope.assign(name, /[\ue000-\ue002]/.test(text) ? null : text);
    }
    return assignments.map(({ name }) => name);
  }

  #expand(word: Word, place: Place): readonly Argument[] {
    if (this.#problem !== null) return [];
    const fields = expandWord(word, place.scope, this.#substitution(place));
    this.#spend(
      place.at,
      fields.reduce((sum, { text }) => sum + text.length + CHARACTERS_OF_AN_ARGUMENT, 0),
    );
    return fields.map((field) => ({ ...field, at: place.at }));
  }

  /** Finds the commands of a substitution; says whether they fetch from a network. */
  #substitution(place: Place): (body: readonly ShellNode[]) => boolean {
    return (body) => {
      const before = this.#commands.length;
      const { fetched } = this.#nodes(body, { ...place, scope: place.scope.copy(), feed: NO_FEED });
      return fetched || this.#commands.slice(before).some(({ name }) => FETCHERS.has(name.text));
    };
  }

  /** The files; and the input, when it is text of the script or something that was fetched. */
  #redirections(
    redirections: readonly Redirection[],
    place: Place,
  ): { readonly files: FoundRedirection[]; readonly feed: Feed | null } {
    const files: FoundRedirection[] = [];
    let feed: Feed | null = null;
    for (const { operator, target } of redirections) {
      const { text, fetched } = expandText(target, place.scope, this.#substitution(place));
      this.#spend(place.at, text.length);
      if (operator === '<<' || operator === '<<<') feed = { text: `${text}\n`, fetched };
      else if (!/^(?:[0-9]+-?|-)$/.test(text) || !operator.endsWith('&')) {
        files.push({ operator, target: { text, fetched, at: place.at } });
        if (operator === '<') feed = { text: null, fetched };
      }
    }
    return { files, feed };
  }

  /** A line of redirections or assignments alone. */
  #recordFiles(redirections: readonly FoundRedirection[], assigned: readonly string[], { at, scope }: Place): void {
    const nothing = { text: '', fetched: false };
    this.record({
      ...{
        at,
        program: nothing,
        name: nothing,
        args: [],
        allArgs: [],
        directory: scope.directory,
        redirections,
        assigned,
      },
      ...{ inScript: true, isFrame: true, runsFetched: false, hidden: null },
    });
  }
}
