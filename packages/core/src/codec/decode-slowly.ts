import { recordMaker } from '../compile/record-maker.js';
import { BadRecordError, type Problem } from '../errors/index.js';
import type { Position } from '../ports/index.js';
import type { Fields, ObjectOf, RecordSchema, Value } from '../schema/index.js';
import { textOf } from './bytes.js';
import type { FieldForm } from './form.js';
import type { Member } from './member-order.js';
import { BadValue, readToken } from './read-value.js';
import { NotJson, scanObject, type Token } from './scan-json.js';

/**
 * Reads any message, or reports everything that is wrong with it; `onOrder` is called with the members of a valid one.
 */
export type SlowDecoder<F extends Fields> = (
  bytes: Uint8Array,
  position?: Position,
  onOrder?: (order: readonly Member[]) => void,
) => ObjectOf<F>;

/** The complete decoder: it gets every message that the fast one does not accept. */
export function slowDecoder<F extends Fields>(
  forms: readonly FieldForm[],
  maxBytes: number,
  needs?: RecordSchema['needs'],
): SlowDecoder<F> {
  const construct = recordMaker<ObjectOf<F>>(forms.map((form) => form.name));
  const byName = new Map(
    forms.flatMap(({ foreign, computed }, k) => (computed === undefined ? [[foreign, k] as const] : [])),
  );
  return (bytes, position, onOrder) => {
    const tokens: (Token | undefined)[] = forms.map(() => undefined);
    const order: Member[] = [];
    scan(bytes, maxBytes, (name, value) => {
      const k = byName.get(name);
      order.push(k ?? name);
      if (k !== undefined) tokens[k] = value;
    });
    const problems: Problem[] = [];
    const values = forms.map((form, k) =>
      form.computed !== undefined && position !== undefined
        ? form.computed(position)
        : valueOf(bytes, tokens[k], form, problems),
    );
    const record = construct(values);
    if (needs !== undefined) {
      const needed = needs(record as Readonly<Record<string, unknown>>);
      forms.forEach(({ name, foreign }, k) => {
        if (values[k] !== undefined || !needed.includes(name)) return;
        if (problems.every(({ field }) => field !== foreign)) problems.push({ field: foreign, message: 'is missing' });
      });
    }
    if (problems.length > 0) throw new BadRecordError(problems);
    onOrder?.(order);
    return record;
  };
}

function valueOf(bytes: Uint8Array, token: Token | undefined, form: FieldForm, problems: Problem[]): Value {
  if (token === undefined || (token.kind === 'null' && form.fallback !== undefined)) {
    if (form.fallback === undefined && !form.type.optional) {
      problems.push({ field: form.foreign, message: 'is missing' });
    }
    return form.fallback;
  }
  try {
    return readToken(bytes, token, form);
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    problems.push({ field: form.foreign, message: error.message });
    return undefined;
  }
}

function scan(bytes: Uint8Array, maxBytes: number, onMember: (name: string, value: Token) => void): void {
  const bad = (message: string, cause?: unknown): never => {
    throw new BadRecordError([{ field: '', message }], { cause });
  };
  if (bytes.length > maxBytes) bad(`the message has ${bytes.length} bytes, more than ${maxBytes}`);
  if (bytes.length === 0) bad('the message is empty');
  try {
    textOf(bytes);
  } catch (error) {
    bad('the message is not UTF-8', error);
  }
  try {
    scanObject(bytes, onMember);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    bad(error.message);
  }
}
