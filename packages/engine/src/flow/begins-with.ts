import type { Key, KeyPart } from '@stockafolio/core';

/** Whether a key begins with the stream's own key, so that only this partition holds it. */
export function beginsWith(key: readonly KeyPart[], own: Key): boolean {
  if (typeof own !== 'object') return key[0] === own;
  if (own.length === 0) return false;
  for (let part = 0; part < own.length; part++) if (key[part] !== own[part]) return false;
  return true;
}
