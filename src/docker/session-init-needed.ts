import { OperatorError } from '../lib/errors.ts';

/** For what the engine's exec cannot do, or not well enough. */
export const withoutInit = (what: string): OperatorError =>
  new OperatorError(
    'unsupported',
    `${what} needs the session init: this session runs without it (spec.sessionInit Disabled, or it does not answer: see status.container.commands)`,
  );
