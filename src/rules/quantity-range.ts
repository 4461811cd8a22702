// A quantity of a session between two quantities of policy; what the limit rules have in common.

import { parseQuantityNano, plainQuantity } from '../lib/quantity.ts';
import type { Violation } from '../model/violation.ts';

export interface QuantityRange {
  readonly rule: string;
  readonly path: string;
  readonly value: string;
  readonly minimum: string;
  readonly maximum: string;
  /** What the maximum is, as the end of a sentence: 'the maximum of profile "sandbox"'. */
  readonly maximumIs: string;
  /** What the minimum is for; the same form. */
  readonly minimumIs: string;
}

/** At most one violation. A quantity that cannot be read is out of range, whichever side it is on. */
export function quantityRangeViolations(range: QuantityRange): readonly Violation[] {
  const { rule, path, value, minimum, maximum } = range;
  if (isPlainlyWithin(range)) return [];
  const field = path.slice(path.lastIndexOf('.') + 1);
  const asked = parseQuantityNano(value);
  const least = parseQuantityNano(minimum);
  const most = parseQuantityNano(maximum);
  const invalid = (message: string, fix: string): readonly Violation[] => [
    { rule, kind: 'invalid', path, value, message, fix },
  ];
  if (asked === null || least === null || most === null) {
    return invalid('is not a quantity', `write ${field} like "${maximum}"`);
  }
  if (asked < least) return invalid(`below ${minimum}, ${range.minimumIs}`, `set ${field} >= ${minimum}`);
  if (asked > most) return invalid(`above ${maximum}, ${range.maximumIs}`, `set ${field} <= ${maximum}`);
  return [];
}

/** A quick yes for what people write; a no leaves it to exact arithmetic. */
function isPlainlyWithin({ value, minimum, maximum }: QuantityRange): boolean {
  const asked = plainQuantity(value);
  const most = plainQuantity(maximum);
  return (
    asked !== null && most !== null && asked <= most && asked >= (plainQuantity(minimum) ?? aboveThousandths(minimum))
  );
}

/** A whole number that is not less than a quantity such as "50m"; infinite for what is none. */
function aboveThousandths(text: string): number {
  const thousandths = text.endsWith('m') ? plainQuantity(text.slice(0, -1)) : null;
  return thousandths === null ? Number.POSITIVE_INFINITY : Math.ceil(thousandths / 1000);
}
