import { canCompile } from '../compile/compile.js';
import type { Position } from '../ports/index.js';
import type { Fields, ObjectOf } from '../schema/index.js';
import { compileDecoder } from './compile-decoder.js';
import type { FieldForm } from './form.js';
import type { Member } from './member-order.js';
import { orderedDecoder } from './ordered-decoder.js';

/** Reads the usual form of a message; undefined for any other message, good or bad. */
export type FastDecoder<F extends Fields> = (
  bytes: Uint8Array,
  position: Position | undefined,
) => ObjectOf<F> | undefined;

/**
 * A decoder for messages with their members in exactly this order. Optional fields, and members that no field has, may
 * be missing.
 *
 * @param schema its name
 * @param forms the fields in schema order
 * @param order the members; it includes every required field
 */
export function fastDecoder<F extends Fields>(
  schema: string,
  forms: readonly FieldForm[],
  order: readonly Member[],
): FastDecoder<F> {
  return canCompile() ? compileDecoder(schema, forms, order) : orderedDecoder(forms, order);
}
