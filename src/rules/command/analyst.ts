// Goes through a command line as a shell and a kernel would, and notes each command that would run. Every step is counted, so that no
// input makes it slow; what is left over then is a problem of the analysis, never a silent yes.

import { assertNever } from '../../lib/assert-never.ts';
import { Budget, MAX_COMMANDS } from './budget.ts';
import { expandText, expandWord } from './expand.ts';
import { type Field, runsLater } from './field.ts';
import { isForkBomb } from './fork-bomb.ts';
import {
  type Analysis,
  type Argument,
  type Feed,
  type FoundCommand,
  type FoundPipeline,
  type FoundRedirection,
  NO_FEED,
  nothingAt,
} from './found-command.ts';
import type { Place } from './place.ts';
import { FETCHERS } from './program-names.ts';
import { parseShell } from './shell/script-parser.ts';
import type { Assignment, Redirection, ShellNode, Word } from './shell/syntax.ts';
import { startProgram } from './start-program.ts';
import type { Call, Starter } from './started.ts';

/** Loops are gone through value by value up to so many commands, then once for all values. */
const MAX_UNROLLED = 300;
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
  readonly #budget = new Budget();
  #calls = 0;

  result(words: readonly Argument[]): Analysis {
    return {
      words,
      commands: this.#commands,
      pipelines: this.#pipelines,
      forkBombs: this.#forkBombs,
      problem: this.#budget.problem,
    };
  }

  record(found: FoundCommand): void {
    this.#commands.push(found);
  }

  start(words: readonly Argument[], call: Call): Feed {
    const { place } = call;
    this.#budget.spendOn(words, place.at);
    this.#budget.enter(place.at, place.depth);
    if (this.#commands.length >= MAX_COMMANDS) this.#budget.fail(place.at, 'has more commands than are judged');
    if (this.#budget.problem !== null) return NO_FEED;
    return startProgram(words, { ...call, place: { ...place, depth: place.depth + 1 } }, this);
  }

  script({ text }: Field, place: Place): Feed {
    this.#budget.spend(text.length, place.at);
    this.#budget.enter(place.at, place.depth);
    if (this.#budget.problem !== null) return NO_FEED;
    const parsed = parseShell(text);
    if (parsed.ok) return this.#nodes(parsed.value, { ...place, depth: place.depth + 1 });
    this.#budget.fail(place.at, `has ${parsed.error}`);
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

  #nodes(nodes: readonly ShellNode[], place: Place): Feed {
    let last = NO_FEED;
    let fetched = false;
    for (const node of nodes) {
      if (this.#budget.problem !== null) break;
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
    return this.#loop({ body, variable, values: values.length > 0 && each ? values : null }, inner);
  }

  /** `values` null: not known, or too many. */
  #loop(
    loop: { readonly body: readonly ShellNode[]; readonly variable: string; readonly values: readonly Field[] | null },
    place: Place,
  ): Feed {
    const inner = { ...place, inLoop: true };
    let fetched = false;
    let pass = 0;
    for (const { text } of loop.values ?? []) {
      const before = this.#commands.length;
      if (before + pass > MAX_UNROLLED) break;
      place.scope.assign(loop.variable, text);
      fetched = this.#nodes(loop.body, inner).fetched || fetched;
      pass = this.#commands.length - before;
    }
    const isComplete = loop.values !== null && this.#commands.length + pass <= MAX_UNROLLED;
    if (isComplete) return { text: null, fetched };
    place.scope.assign(loop.variable, null);
    return { text: null, fetched: this.#nodes(loop.body, inner).fetched || fetched };
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
      this.#budget.spend(text.length, place.at);
      if (runsLater(text)) this.#recordHidden(place);
      if (lasting) place.scope.assign(name, /[\ue000-\ue002]/.test(text) ? null : text);
    }
    return assignments.map(({ name }) => name);
  }

  #expand(word: Word, place: Place): readonly Argument[] {
    if (this.#budget.problem !== null) return [];
    const fields = expandWord(word, place.scope, this.#substitution(place));
    this.#budget.spendOn(fields, place.at);
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
      this.#budget.spend(text.length, place.at);
      if (operator === '<<' || operator === '<<<') feed = { text: `${text}\n`, fetched };
      else if (!/^(?:[0-9]+-?|-)$/.test(text) || !operator.endsWith('&')) {
        files.push({ operator, target: { text, fetched, at: place.at } });
        if (operator === '<') feed = { text: null, fetched };
      }
    }
    return { files, feed };
  }

  /** A value with a command in it, which calculations and "${x@P}" of bash would run. */
  #recordHidden({ at, scope }: Place): void {
    this.record({ ...nothingAt(at), directory: scope.directory, hidden: 'a command in a value' });
  }

  /** A line of redirections or assignments alone. */
  #recordFiles(redirections: readonly FoundRedirection[], assigned: readonly string[], { at, scope }: Place): void {
    this.record({ ...nothingAt(at), directory: scope.directory, redirections, assigned });
  }
}
