import { canCompile, compile } from './compile.js';

/**
 * Makes arrays of what each function returns, with code of its owner's own: then each function is called from one place
 * and can be inlined there, and no array grows.
 *
 * @param owner code is told apart by this name
 * @example
 * const row = listMaker<[Trade]>("table 'trades'", [(t) => t.user, (t) => t.price]);
 * row(trade); // ['ann', 1_234_500]
 */
export function listMaker<A extends readonly unknown[], V = unknown>(
  owner: string,
  readers: readonly ((...of: A) => V)[],
): (...of: A) => readonly V[] {
  if (!canCompile()) return (...of) => readers.map((read) => read(...of));
  const length = Math.max(0, ...readers.map((read) => read.length));
  const of = Array.from({ length }, (_, n) => `a${n}`).join(', ');
  const calls = readers.map((_, n) => `read${n}(${of})`);
  const scope = Object.fromEntries(readers.map((read, n) => [`read${n}`, read]));
  return compile(owner, { listed, ...scope }, `return function list(${of}) { return listed(${calls.join(', ')}); };`);
}

/**
 * Lists are made by this function, although literals would do. Once a few of the arrays made by a literal survive a
 * garbage collection, V8 allocates all further ones in the old space. Rows are made by the million and dropped once
 * written: in the old space they would cost a full collection every few hundred milliseconds.
 */
export function listed<V>(...values: V[]): readonly V[] {
  return values;
}
