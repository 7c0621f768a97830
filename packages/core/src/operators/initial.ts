import { StockafolioError } from '../errors/index.js';
import { fieldOf, type FieldType, type Fields, type ObjectOf, type RecordSchema, type Value } from '../schema/index.js';
import { shownValue, valueCheck } from '../table/check-row.js';

/** Values with which some fields of a state begin. */
export type InitialValues<F extends Fields> = Partial<ObjectOf<F>>;

/** The values with which a new key begins: as data, or as a function of its first record. */
export type Initial<T, F extends Fields> = InitialValues<F> | ((record: T) => InitialValues<F>);

/** The setting of an operator whose keys begin with values of their first records. */
export const OF_FIRST_RECORD = 'of the first record';

/** How the keys of an operator begin, as its plan knows it. */
export interface DeclaredInitial {
  /** The state with its initial values, if they are data. */
  readonly state: RecordSchema;
  /** The same as one of the operator's settings; none if all fields begin as their types do. */
  readonly settings: Readonly<Record<string, string>>;
}

/** @throws ERR_PIPELINE_INVALID if it is neither a function nor values of the state's fields */
export function declaredInitial<T, F extends Fields>(
  operator: string,
  state: RecordSchema<F>,
  initial: Initial<T, F> | undefined,
): DeclaredInitial {
  if (initial === undefined) return { state, settings: {} };
  if (typeof initial === 'function') {
    if (Object.prototype.toString.call(initial) !== '[object Function]')
      throw invalid(operator, 'is an async function or a generator');
    return { state, settings: { initial: OF_FIRST_RECORD } };
  }
  if (typeof initial !== 'object' || (initial as unknown) === null || Array.isArray(initial))
    throw invalid(operator, 'is neither an object nor a function');
  const values = Object.entries(initial as Readonly<Record<string, Value>>).filter(([name, value]) => {
    const problem = initialProblem(state, name, value);
    if (problem !== undefined) throw invalid(operator, problem);
    return value !== firstValue(fieldOf(state.fields, name));
  });
  if (values.length === 0) return { state, settings: {} };
  return {
    state: { ...state, initial: Object.freeze(Object.fromEntries(values)) },
    settings: { initial: values.map(([name, value]) => `${name} ${shownInitial(value)}`).join(', ') },
  };
}

/** Why a field cannot begin with a value, in words that follow "its initial value"; undefined if it can. */
export function initialProblem({ fields }: RecordSchema, name: string, value: unknown): string | undefined {
  if (!Object.hasOwn(fields, name)) return `is for '${name}', which is no field of the state`;
  const type = fieldOf(fields, name);
  const problem = valueCheck(type)(value as Value) ?? edgeProblem(type, value);
  return problem === undefined ? undefined : `${shownValue(value)} cannot be '${name}': it ${problem}`;
}

/** A state marks an absent integer by the minimum of its type, so it cannot hold that. */
function edgeProblem({ kind }: FieldType, value: unknown): string | undefined {
  const least = kind === 'bigDecimal' ? -(2n ** 127n) + 2n ** 64n : -(2n ** 63n) + 1n;
  return typeof value === 'bigint' && value < least ? `is less than ${least}, the least that a state holds` : undefined;
}

/** The value with which a field of this type begins if nothing else is stated. */
export function firstValue({ kind, optional, values }: FieldType): Value {
  if (optional) return undefined;
  if (kind === 'oneOf') return values?.[0] ?? '';
  if (kind === 'text' || kind === 'date') return '';
  if (kind === 'boolean') return false;
  return kind === 'bigint64' || kind === 'bigDecimal' ? 0n : 0;
}

/** An initial value in settings and messages: texts in quotes. */
export function shownInitial(value: Value): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function invalid(operator: string, problem: string): StockafolioError {
  return new StockafolioError('ERR_PIPELINE_INVALID', `operator '${operator}': its initial value ${problem}`, {
    hint: 'initial states values of fields of the state, such as { low: 1 }, or is a function that returns them for the first record of a key',
  });
}
