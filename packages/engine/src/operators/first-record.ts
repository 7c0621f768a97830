import { type Fields, type KeyedOptions, type KeyParts, type RecordSchema, StockafolioError } from '@stockafolio/core';
import { initialProblem, type KeyTuple } from '@stockafolio/core/plan';
import type { StateView } from '@stockafolio/core/ports';
import type { OperatorHost } from './operator-host.js';

/**
 * Sets the fields of a new key, which the cursor is on, to what the operator's `initial` returns for its first record.
 *
 * @throws what the function throws; ERR_ROW_INVALID for a value that its field cannot have, ERR_PIPELINE_INVALID for
 * anything but values of fields: no record can be to blame for that
 */
export type BeginState<T> = (record: T) => void;

/** Undefined if keys begin with values that are data: the state has these itself. */
export function beginState<T, F extends Fields, R>(
  {
    node: { name },
    state: { cursor },
  }: Pick<OperatorHost, 'node'> & { readonly state: { readonly cursor: StateView } },
  { initial, state }: Pick<KeyedOptions<T, KeyTuple, F, R, KeyParts<T>>, 'initial' | 'state'>,
): BeginState<T> | undefined {
  if (typeof initial !== 'function') return undefined;
  const view = cursor as unknown as Record<string, unknown>;
  return (record) => {
    for (const [field, value] of Object.entries(valuesIn(name, initial(record)))) {
      const problem = initialProblem(state, field, value);
      if (problem !== undefined) throw misfit(name, state, field, problem);
      view[field] = value;
    }
  };
}

function valuesIn(operator: string, returned: unknown): object {
  if (typeof returned !== 'object' || returned === null) throw notFields(operator, `returned ${String(returned)}`);
  if (Array.isArray(returned)) throw notFields(operator, 'returned an array');
  if (typeof (returned as { then?: unknown }).then === 'function') throw notFields(operator, 'returned a promise');
  return returned;
}

function misfit(operator: string, { fields }: RecordSchema, field: string, problem: string): StockafolioError {
  if (!Object.hasOwn(fields, field)) return notFields(operator, `returned a value that ${problem}`);
  return new StockafolioError('ERR_ROW_INVALID', `operator '${operator}': its initial value ${problem}`, {
    hint: "let the operator's option initial return values of the types that the state declares, within their bounds",
  });
}

function notFields(operator: string, what: string): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': its function initial ${what}`, {
    hint: 'initial returns an object with values of fields of the state, at once',
  });
}
