type Make = (scope: object) => unknown;

const made = new Map<string, Make>();

/**
 * Compiles a function from its source text, for one owner: an operator, or its state.
 *
 * V8 learns for each piece of code which shapes and functions it meets. What all operators run through meets those of
 * all, and stays slow: no call in it is made inline. So each has code of its own; the engines of several partitions
 * share it, for they meet the same.
 *
 * @param owner told apart by this name
 * @param scope what the text may name, by name
 * @param text ends with `return` and the function
 */
export function specialize<F>(owner: string, scope: object, text: string): F {
  const source = `'use strict';\n// ${owner.replaceAll(/[^\w '-]/g, '_')}\nconst { ${Object.keys(scope).join(', ')} } = scope;\n${text}`;
  let make = made.get(source);
  if (make === undefined) {
    // the text is made of validated names and kinds only
    make = new Function('scope', source) as Make;
    made.set(source, make);
  }
  return make(scope) as F;
}
