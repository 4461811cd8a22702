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

/**
 * Per holder the last result: for what is asked again and again about one thing. `given` holds all that the result depends on beside the
 * holder; its members are compared by identity.
 */
export function rememberPerHolder<Holder extends object, Given extends object, Made>(
  make: (holder: Holder, given: Given) => Made,
): (holder: Holder, given: Given) => Made {
  const known = new WeakMap<Holder, { readonly given: Given; readonly made: Made }>();
  return (holder, given) => {
    const last = known.get(holder);
    if (last !== undefined && sameMembers(last.given, given)) return last.made;
    const made = make(holder, given);
    known.set(holder, { given, made });
    return made;
  };
}

function sameMembers<Given extends object>(left: Given, right: Given): boolean {
  for (const key in left) if (left[key] !== right[key]) return false;
  for (const key in right) if (!(key in left)) return false;
  return true;
}
