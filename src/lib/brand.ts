// Nominal types: a branded value can only come from the function that checked it.

declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
