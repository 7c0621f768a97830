import type { KeyPart } from '@stockafolio/core';
import type { KeyTuple } from '@stockafolio/core/plan';

/** Orders keys part by part: numbers by value, texts by UTF-16 code unit. */
export function compareKeys(a: KeyTuple, b: KeyTuple): number {
  for (let n = 0; n < a.length; n++) {
    const [x, y] = [a[n] as KeyPart, b[n] as KeyPart];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}
