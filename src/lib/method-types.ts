// Types of methods that take a context first: the same operations are offered with other contexts in front, written once.

/** The arguments after the first. */
export type RestOf<Method> = Method extends (first: never, ...rest: infer Rest) => unknown ? Rest : never;

/** What the promise of a method resolves with. */
export type OutcomeOf<Method> = Method extends (...given: never) => Promise<infer Outcome> ? Outcome : never;

/** The methods without their first argument: bound to one context. */
export type Bound<Methods> = {
  readonly [Name in keyof Methods]: (...rest: RestOf<Methods[Name]>) => Promise<OutcomeOf<Methods[Name]>>;
};
