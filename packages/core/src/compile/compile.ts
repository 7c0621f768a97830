/** Makes functions that use `parts`. */
export type Make<P, F> = (parts: P) => F;

/** What has been compiled, by its source text. */
const made = new Map<string, Make<never, unknown>>();

let isAllowed: boolean | undefined;

/**
 * Whether this process may compile source text. Pages and workers with a Content-Security-Policy without `unsafe-eval`
 * may not, nor may Node with `--disallow-code-generation-from-strings`. It is tried once.
 */
export function canCompile(): boolean {
  if (isAllowed === undefined) {
    try {
      new Function('');
      isAllowed = true;
    } catch {
      isAllowed = false;
    }
  }
  return isAllowed;
}

/**
 * Compiles a function from its source text. This and {@link instantiate} are the only code that does so.
 *
 * V8 records for each piece of code which shapes and functions it meets. Code that all operators share meets those of
 * all: it is megamorphic, and no call in it is inlined. So each owner has code of its own. The engines of several
 * partitions share it, because they meet the same shapes and functions.
 *
 * @param owner code is told apart by this name: an operator, or a table
 * @param scope the values that the text may use, by name
 * @param text ends with `return` and the function; of names, only identifiers that were checked may be in it
 * @throws EvalError if the process may not: ask {@link canCompile} first
 * @example
 * const add = compile<(n: number) => number>('example', { step: 2 }, 'return (n) => n + step;');
 */
export function compile<F>(owner: string, scope: object, text: string): F {
  const body = `const { ${Object.keys(scope).join(', ')} } = scope;\n${text}`;
  return fromSource<object, F>(owner, 'scope', body)(scope);
}

/**
 * Runs `make` as code of its owner's own, for the reason that {@link compile} gives: its source text is compiled anew.
 * If the process may not compile, or if a tool has put names from outside into the source, `make` itself is run: the
 * result is the same, and slower if several owners use it.
 *
 * @param owner code is told apart by this name: an operator, or a table
 * @param make a function expression or declaration that names nothing outside of itself but what every runtime has: all
 * else is in `parts`
 * @example
 * const reader = instantiate(`operator '${name}'`, fieldReader, { field: 'user' });
 */
export function instantiate<P, F>(owner: string, make: Make<P, F>, parts: P): F {
  return canCompile() ? copyOf(owner, make)(parts) : make(parts);
}

function copyOf<P, F>(owner: string, make: Make<P, F>): Make<P, F> {
  const text = String(make);
  const id = `${owner}\n${text}`;
  const known = made.get(id);
  if (known !== undefined) return known as Make<P, F>;
  let copy: Make<P, F>;
  try {
    // Compilers that keep the names of functions wrap them in calls of this name.
    copy = fromSource<(f: unknown) => unknown, Make<P, F>>(owner, '__name', `return (${text});`)((f) => f);
  } catch {
    copy = make;
  }
  const tried: Make<P, F> = (parts) => {
    try {
      return copy(parts);
    } catch (error) {
      if (!(error instanceof ReferenceError) || copy === make) throw error;
      copy = make;
      return make(parts);
    }
  };
  made.set(id, tried as Make<never, unknown>);
  return tried;
}

function fromSource<P, F>(owner: string, parameter: string, body: string): Make<P, F> {
  const source = `'use strict';\n// ${owner.replaceAll(/[^\w '-]/g, '_')}\n${body}`;
  let make = made.get(source);
  if (make === undefined) {
    make = new Function(parameter, source) as Make<never, unknown>;
    made.set(source, make);
  }
  return make as Make<P, F>;
}
