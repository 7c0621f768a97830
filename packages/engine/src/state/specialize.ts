type Make = (scope: object) => unknown;

const made = new Map<string, Make>();

/**
 * Compiles a function from its source text, for one owner: an operator, or its state.
 *
 * V8 records for each piece of code which shapes and functions it meets. Code that all operators share meets those of
 * all: it is megamorphic, and no call in it is inlined. So each owner has its own code. The engines of several
 * partitions share it, because they meet the same shapes and functions.
 *
 * @param owner code is told apart by this name
 * @param scope the values that the text may use, by name
 * @param text ends with `return` and the function
 */
export function specialize<F>(owner: string, scope: object, text: string): F {
  const source = `'use strict';\n// ${owner.replaceAll(/[^\w '-]/g, '_')}\nconst { ${Object.keys(scope).join(', ')} } = scope;\n${text}`;
  let make = made.get(source);
  if (make === undefined) {
    // the text consists of validated names and kinds only
    make = new Function('scope', source) as Make;
    made.set(source, make);
  }
  return make(scope) as F;
}
