// Functions that start themselves more often than they end: ":(){ :|:& };:" in every spelling that a parser can see.

import { assertNever } from '../../lib/assert-never.ts';
import type { ShellNode } from './shell/syntax.ts';

/** Whether the body calls the function in a pipeline or in the background. */
export function isForkBomb(name: string, body: ShellNode): boolean {
  return calls(name, body, false);
}

function calls(name: string, node: ShellNode, apart: boolean): boolean {
  switch (node.kind) {
    case 'simple': {
      const [first] = node.words;
      const text = first?.map((part) => (part.kind === 'text' ? part.text : '')).join('');
      return apart && text === name;
    }
    case 'pipeline': {
      const forks = apart || node.background || node.stages.length > 1;
      return node.stages.some((stage) => calls(name, stage, forks));
    }
    case 'group':
      return node.body.some((inner) => calls(name, inner, apart || node.subshell));
    case 'function':
      return false;
    default:
      return assertNever(node);
  }
}
