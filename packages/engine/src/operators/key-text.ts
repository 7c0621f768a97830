import type { AnyKey, KeyTuple } from '@stockafolio/core/plan';

/** Returns the values of keys. */
export function keyReader<T>(key: AnyKey<T>): (record: T) => KeyTuple {
  if (typeof key === 'function') return key;
  return (record) =>
    key.map((part) => (typeof part === 'string' ? record[part] : part.of(record))) as unknown as KeyTuple;
}

/** How compiled code reads a key: source text over `record`, and what it names. */
export interface KeyText {
  /** Declares what {@link parts} and {@link loaded} name. */
  readonly load: string;
  /** The values of the parts, once loaded. */
  readonly parts: readonly string[];
  /** The whole key as an array, once loaded. */
  readonly loaded: string;
  /** The whole key as an array, anywhere. */
  readonly whole: string;
  readonly scope: Readonly<Record<string, unknown>>;
}

/**
 * Key parts that are data are read directly from the record, so that most keys need no array.
 *
 * @param name what its names begin with, such as `key`
 * @param length the number of its parts
 * @param refuse throws for a key with another number of parts
 */
export function keyText<T>(
  name: string,
  key: AnyKey<T>,
  length: number,
  refuse: (other: KeyTuple) => unknown,
): KeyText {
  if (typeof key === 'function') {
    return {
      load: `const ${name} = ${name}Of(record); if (${name}.length !== ${length}) ${name}Refused(${name});`,
      parts: Array.from({ length }, (_, n) => `${name}[${n}]`),
      loaded: name,
      whole: `${name}Of(record)`,
      scope: { [`${name}Of`]: key, [`${name}Refused`]: refuse },
    };
  }
  const parts = key.map((_, n) => `${name}${n}`);
  const values = key.map((part, n) =>
    typeof part === 'string' ? `record[${JSON.stringify(part)}]` : `${name}${n}Of(record)`,
  );
  const computed = key.flatMap((part, n) => (typeof part === 'string' ? [] : [[`${name}${n}Of`, part.of] as const]));
  return {
    load: parts.map((part, n) => `const ${part} = ${values[n]};`).join(' '),
    parts,
    loaded: `[${parts.join(', ')}]`,
    whole: `[${values.join(', ')}]`,
    scope: Object.fromEntries(computed),
  };
}
