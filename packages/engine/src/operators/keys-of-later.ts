import type { Key, KeyPart } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';

/** Orders keys part by part: numbers by value, texts by UTF-16 code unit. */
export function compareKeys(a: KeyTuple, b: KeyTuple): number {
  for (let n = 0; n < a.length; n++) {
    const [x, y] = [a[n] as KeyPart, b[n] as KeyPart];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

/**
 * The stream's own key of what is emitted when time has moved on: the first parts of its operator's key.
 *
 * @param own that of the last record, which has as many parts
 */
export function ownKey(key: KeyTuple, own: Key): Key {
  return typeof own === 'object' ? key.slice(0, own.length) : (key[0] as Key);
}
