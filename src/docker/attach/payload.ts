// Fields of a payload: each knows how to write and how to read itself, so that a message is described once for both ways.
// Reading throws OperatorError('internal') for whatever is too short, too long, too large or not UTF-8.

import { OperatorError } from '../../lib/errors.ts';
import { MAX_PAYLOAD_BYTES } from './frames.ts';

export interface Field<T> {
  readonly write: (writer: PayloadWriter, value: T) => void;
  readonly read: (reader: PayloadReader) => T;
}

export class PayloadWriter {
  readonly pieces: Uint8Array[] = [];

  put(bytes: Uint8Array): void {
    this.pieces.push(bytes);
  }

  number(value: number, width: 1 | 2 | 4): void {
    const bytes = Buffer.allocUnsafe(width);
    bytes.writeUIntBE(value, 0, width);
    this.put(bytes);
  }
}

export class PayloadReader {
  readonly #payload: Buffer;
  #at = 0;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  /** A view. */
  take(length: number): Buffer {
    if (length > this.#payload.byteLength - this.#at) throw malformed('ends too early');
    this.#at += length;
    return this.#payload.subarray(this.#at - length, this.#at);
  }

  number(width: 1 | 2 | 4): number {
    return this.take(width).readUIntBE(0, width);
  }

  rest(): Buffer {
    return this.take(this.#payload.byteLength - this.#at);
  }

  end(): void {
    if (this.#at !== this.#payload.byteLength) throw malformed('goes on after its end');
  }
}

export const malformed = (how: string): OperatorError =>
  new OperatorError('internal', `the session init sent a malformed message: it ${how}`);

const numberOf = (width: 1 | 2 | 4): Field<number> => ({
  write: (writer, value) => writer.number(value, width),
  read: (reader) => reader.number(width),
});

export const u8 = numberOf(1);
export const u16 = numberOf(2);
export const u32 = numberOf(4);

/** As a number: what is beyond exact integers (2^53) is no count that anything here could have. */
export const u64: Field<number> = {
  write: (writer, value) => {
    const bytes = Buffer.allocUnsafe(8);
    bytes.writeBigUInt64BE(BigInt(value));
    writer.put(bytes);
  },
  read: (reader) => {
    const value = reader.take(8).readBigUInt64BE();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed('holds a number beyond 2^53');
    return Number(value);
  },
};

export const flag: Field<boolean> = {
  write: (writer, value) => u8.write(writer, value ? 1 : 0),
  read: (reader) => {
    const value = u8.read(reader);
    if (value > 1) throw malformed(`holds ${value} for yes or no`);
    return value === 1;
  },
};

/** One of a closed set of words, each with its number. */
export function oneOf<T extends string>(numbers: Readonly<Record<T, number>>): Field<T> {
  const words = new Map(Object.entries<number>(numbers).map(([word, value]) => [value, word as T])); // its own keys
  return {
    write: (writer, value) => u8.write(writer, numbers[value]),
    read: (reader) => {
      const value = u8.read(reader);
      const word = words.get(value);
      if (word === undefined) throw malformed(`holds ${value}, which stands for nothing`);
      return word;
    },
  };
}

/** A view of exactly so many bytes. */
export const fixed = (length: number): Field<Uint8Array> => ({
  write: (writer, value) => {
    if (value.byteLength !== length)
      throw new OperatorError('internal', `${value.byteLength} bytes instead of ${length}`);
    writer.put(value);
  },
  read: (reader) => reader.take(length),
});

/** A view of the bytes to the end. */
export const rest: Field<Uint8Array> = {
  write: (writer, value) => writer.put(value),
  read: (reader) => reader.rest(),
};

export const bytes: Field<Uint8Array> = {
  write: (writer, value) => {
    u32.write(writer, value.byteLength);
    writer.put(value);
  },
  read: (reader) => reader.take(u32.read(reader)),
};

/** Bytes that are text to us: a name or a path that is not UTF-8 comes with replacement characters. */
export const lossyText: Field<string> = {
  write: (writer, value) => bytes.write(writer, Buffer.from(value)),
  read: (reader) => Buffer.from(bytes.read(reader)).toString(),
};

export const text: Field<string> = {
  write: lossyText.write,
  read: (reader) => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.read(reader));
    } catch (thrown) {
      throw thrown instanceof OperatorError ? thrown : malformed('holds text that is not UTF-8');
    }
  },
};

/** Every item takes bytes of the payload, whose size bounds how many there can be. */
export const list = <T>(item: Field<T>): Field<readonly T[]> => ({
  write: (writer, values) => {
    u32.write(writer, values.length);
    for (const value of values) item.write(writer, value);
  },
  read: (reader) => {
    const count = u32.read(reader);
    if (count > MAX_PAYLOAD_BYTES) throw malformed(`announces ${count} items`);
    return Array.from({ length: count }, () => item.read(reader));
  },
});

/** A field of whatever type. */
export interface AnyField {
  readonly write: (writer: PayloadWriter, value: never) => void;
  readonly read: (reader: PayloadReader) => unknown;
}

export type Fields = Readonly<Record<string, AnyField>>;
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: ReturnType<F[K]['read']> };

/** Fields one after the other, in the order in which they are written here. */
export function struct<F extends Fields>(fields: F): Field<ValuesOf<F>> {
  const entries = Object.entries(fields);
  return {
    write: (writer, value) => {
      for (const [name, field] of entries) field.write(writer, value[name] as never); // the type of `value` has it from this field
    },
    read: (reader) => Object.fromEntries(entries.map(([name, field]) => [name, field.read(reader)])) as ValuesOf<F>, // the same keys
  };
}
