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

/** Only the last one is kept: for what is asked several times in a row. */
export function rememberLast<Given extends object, Made>(make: (given: Given) => Made): (given: Given) => Made {
  let last: { readonly given: Given; readonly made: Made } | null = null;
  return (given) => {
    if (last?.given !== given) last = { given, made: make(given) };
    return last.made;
  };
}
