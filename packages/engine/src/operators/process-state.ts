import type { Value } from '@stockafolio/core';
import type { StateView } from '@stockafolio/core/ports';
import type { ProcessTurn } from './process-turn.js';

/**
 * The fields of the current key, as the functions of `processByKey` see them. They are properties of the object itself, so
 * `{ ...state }` copies them, and nothing else is there.
 */
export function processState(turn: ProcessTurn, cursor: StateView, names: readonly string[]): object {
  const fields = cursor as unknown as Record<string, Value>;
  const state = Object.defineProperties(
    {},
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          enumerable: true,
          get: () => {
            turn.check();
            return fields[name];
          },
          set: (value: Value) => {
            turn.check();
            fields[name] = value;
          },
        },
      ]),
    ),
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
