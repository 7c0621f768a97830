import { canCompile, compile } from './compile.js';

/**
 * Makes plain objects whose members are what each function returns, with code of its owner's own. All objects with the
 * same members, in the same order, have the same shape for V8, whoever makes them.
 *
 * @param owner code is told apart by this name
 * @param names the members, in order
 * @param readers by member
 * @example
 * const copy = recordMaker<[Trade]>('copies of trades', ['user', 'price'], [(t) => t.user, (t) => t.price]);
 * copy(trade); // { user: 'ann', price: 1_234_500 }
 */
export function recordMaker<A extends readonly unknown[], V = unknown>(
  owner: string,
  names: readonly string[],
  readers: readonly ((...of: A) => V)[],
): (...of: A) => Record<string, V> {
  if (!canCompile()) return (...of) => made(names, readers, of);
  const length = Math.max(0, ...readers.map((read) => read.length));
  const of = Array.from({ length }, (_, n) => `a${n}`).join(', ');
  const members = names.map((name, n) => `${JSON.stringify(name)}: read${n}(${of})`);
  const scope = Object.fromEntries(readers.map((read, n) => [`read${n}`, read]));
  return compile(owner, scope, `return (${of}) => ({ ${members.join(', ')} });`);
}

function made<A extends readonly unknown[], V>(
  names: readonly string[],
  readers: readonly ((...of: A) => V)[],
  of: A,
): Record<string, V> {
  const record: Record<string, V> = {};
  readers.forEach((read, n) => {
    record[names[n] ?? ''] = read(...of);
  });
  return record;
}
