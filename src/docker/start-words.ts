// Why a command could not be started, in the same words whichever way it was tried.

import { OperatorError } from '../lib/errors.ts';

export const noDirectory = (cwd: string | null): OperatorError =>
  new OperatorError('invalid', `no directory ${JSON.stringify(cwd ?? '')} in the container`);

export const noProgram = (program: string): OperatorError =>
  new OperatorError('invalid', `no program ${JSON.stringify(program)} in the image`);

export const notRunnable = (program: string): OperatorError =>
  new OperatorError('invalid', `${JSON.stringify(program)} in the image is not a program that this user may run`);
