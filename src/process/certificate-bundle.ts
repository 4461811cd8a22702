// Bundles of authorities: who is trusted by those who call us.

/** Authorities that are trusted at a time: the one in use and the one before it. */
const BUNDLE_SIZE = 2;

export function splitBundle(bundle: string): readonly string[] {
  return bundle.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
}

/** The authorities of `newest` and then those of `before`, each once; what is older falls out, nothing of `newest` does. */
export function joinBundles(newest: string, before: string): string {
  const first = splitBundle(newest);
  const all = [...new Set([...first, ...splitBundle(before)])];
  return all
    .slice(0, Math.max(BUNDLE_SIZE, first.length))
    .map((pem) => `${pem}\n`)
    .join('');
}

/** Whether everybody who trusts `bundle` trusts the authorities of `wanted`. */
export function bundleHolds(bundle: string, wanted: string): boolean {
  const held = new Set(splitBundle(bundle));
  return splitBundle(wanted).every((pem) => held.has(pem));
}
