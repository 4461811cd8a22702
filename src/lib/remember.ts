// Results of pure functions kept by the identity of their argument: nobody can tell but by the time it takes. The argument must not
// change afterwards.

/** Kept as long as the argument itself is. */
export function rememberByIdentity<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  const known = new WeakMap<Given, { readonly made: Made }>();
  return (given) => {
    const found = known.get(given) ?? { made: make(given) };
    known.set(given, found);
    return found.made;
  };
}

/** Only the last one is kept, and only as long as its argument is: for what is asked several times in a row. */
export function rememberLast<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  let last = new WeakMap<Given, { readonly made: Made }>();
  return (given) => {
    const found = last.get(given);
    if (found !== undefined) return found.made;
    const made = make(given);
    last = new WeakMap([[given, { made }]]);
    return made;
  };
}
