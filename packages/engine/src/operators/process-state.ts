import type { Value } from '@stockafolio/core';
import { canCompile, compile } from '@stockafolio/core/compile';
import type { StateView } from '@stockafolio/core/ports';
import type { ProcessTurn } from './process-turn.js';

/**
 * The fields of the current key, as the functions of `processByKey` see them. They are properties of the object itself, so
 * `{ ...state }` copies them, and nothing else is there.
 */
export function processState(turn: ProcessTurn, cursor: StateView, names: readonly string[]): object {
  const state = Object.defineProperties(
    {},
    Object.fromEntries(names.map((name) => [name, { enumerable: true, ...fieldOf(turn, cursor, name) }])),
  );
  // For `addTo`.
  Object.defineProperty(state, '$add', {
    value: (field: string, amount: number) => {
      turn.check();
      cursor.$add(field, amount);
    },
  });
  return Object.preventExtensions(state);
}

interface Accessors {
  get(): Value;
  set(value: Value): void;
}

/** Each field has code of its own: a name that is known when code is compiled is found faster than one in a variable. */
function fieldOf(turn: ProcessTurn, cursor: StateView, name: string): Accessors {
  if (canCompile()) {
    const field = `cursor[${JSON.stringify(name)}]`;
    return compile(
      turn.owner,
      { turn, cursor },
      `return { get() { turn.check(); return ${field}; }, set(value) { turn.check(); ${field} = value; } };`,
    );
  }
  const fields = cursor as unknown as Record<string, Value>;
  return {
    get: () => {
      turn.check();
      return fields[name];
    },
    set: (value) => {
      turn.check();
      fields[name] = value;
    },
  };
}
