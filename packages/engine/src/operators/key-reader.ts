import type { KeyPart } from '@stockafolio/core';
import { listMaker, memberReader } from '@stockafolio/core/compile';
import type { AnyKey, KeyTuple } from '@stockafolio/core/plan';

/**
 * Returns the values of keys.
 *
 * @param owner code is told apart by this name, such as an operator's
 */
export function keyReader<T>(key: AnyKey<T>, owner = 'keys'): (record: T) => KeyTuple {
  if (typeof key === 'function') return key;
  return listMaker<[T], KeyPart>(`${owner}, key`, partReaders(owner, key)) as (record: T) => KeyTuple;
}

/** By part of a key that is data, what reads it. */
export function partReaders<T>(
  owner: string,
  key: Exclude<AnyKey<T>, (record: T) => unknown>,
): readonly ((record: T) => KeyPart)[] {
  return key.map((part, n) => {
    if (typeof part !== 'string') return (record: T) => part.of(record) as KeyPart;
    return memberReader(`${owner}, key part ${n}`, part as never) as (record: T) => KeyPart;
  });
}
