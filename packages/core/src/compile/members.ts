import { canCompile, compile } from './compile.js';

/**
 * Reads one member of objects, with code of its owner's own: a name that is known when code is compiled is found faster
 * than one in a variable.
 *
 * @param owner code is told apart by this name
 * @example
 * const userOf = memberReader<Trade, 'user'>("operator 'totals'", 'user');
 */
export function memberReader<T extends object, N extends string & keyof T>(owner: string, name: N): (of: T) => T[N] {
  if (canCompile()) return compile(owner, {}, `return function read(of) { return of[${JSON.stringify(name)}]; };`);
  return (of) => of[name];
}

/**
 * Copies some members of objects into plain objects. All objects with the same members, in the same order, have the same
 * shape for V8, whoever makes them.
 *
 * @param owner code is told apart by this name
 * @param names the members, in order
 */
export function memberCopier<T extends object, N extends string & keyof T>(
  owner: string,
  names: readonly N[],
): (of: T) => Pick<T, N> {
  if (canCompile()) {
    const members = names.map((name) => JSON.stringify(name)).map((name) => `${name}: of[${name}]`);
    return compile(owner, {}, `return (of) => ({ ${members.join(', ')} });`);
  }
  return (of) => {
    const copy: Partial<T> = {};
    for (const name of names) copy[name] = of[name];
    return copy as Pick<T, N>;
  };
}

/** Sets some members of one object to those of another. @param owner code is told apart by this name */
export function memberWriter<T extends object>(
  owner: string,
  names: readonly (string & keyof T)[],
): (to: T, from: T) => void {
  if (canCompile()) {
    const lines = names.map((name) => JSON.stringify(name)).map((name) => `to[${name}] = from[${name}];`);
    return compile(owner, {}, `return function write(to, from) { ${lines.join(' ')} };`);
  }
  return (to, from) => {
    for (const name of names) to[name] = from[name];
  };
}

/** Keeps members of objects in arrays, so that neither the objects nor numbers in them need memory of their own. */
export interface MemberStore<T extends object> {
  /** Keeps the members of an object in a slot. */
  keep(slot: number, of: T): void;
  /** Whether an object has the members that are kept in a slot. */
  isKept(slot: number, of: T): boolean;
  /** By member, the values by slot. */
  readonly values: readonly (readonly unknown[])[];
}

/**
 * A store of members, with code of its owner's own.
 *
 * @param owner code is told apart by this name
 * @param slots how many objects can be kept
 */
export function memberStore<T extends object>(
  owner: string,
  names: readonly (string & keyof T)[],
  slots: number,
): MemberStore<T> {
  const values = names.map(() => new Array<unknown>(slots).fill(0));
  if (canCompile()) {
    const columns = names.map((_, n) => `column${n}`);
    const members = names.map((name) => `of[${JSON.stringify(name)}]`);
    const kept = members.map((member, n) => `column${n}[slot] = ${member};`);
    const same = members.map((member, n) => `${member} === column${n}[slot]`);
    return compile(
      owner,
      { values },
      `const [${columns.join(', ')}] = values;
return {
  keep(slot, of) { ${kept.join(' ')} },
  isKept(slot, of) { return ${same.join(' && ') || 'true'}; },
  values,
};`,
    );
  }
  return {
    values,
    keep: (slot, of) => {
      values.forEach((column, n) => {
        column[slot] = of[names[n] as keyof T];
      });
    },
    isKept: (slot, of) => values.every((column, n) => column[slot] === of[names[n] as keyof T]),
  };
}
