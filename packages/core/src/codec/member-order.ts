import type { FieldForm } from './form.js';

/** A member of a message: the index of its field, or its name if no field has it. */
export type Member = number | string;

/** After this many messages in one other order of members a decoder is generated for that order. */
const SAME_ORDER = 64;
const RECOMPILATIONS = 4;

/** Detects messages whose members are in an unexpected, but always the same, order. */
export interface OrderWatch {
  /**
   * Is called with every message in an unexpected order; returns an order to generate a decoder for, when it is time
   * to.
   */
  seen(order: readonly Member[]): readonly Member[] | undefined;
}

export function orderWatch(forms: readonly FieldForm[]): OrderWatch {
  let candidate: readonly Member[] = [];
  let times = 0;
  let left = RECOMPILATIONS;
  return {
    seen(order) {
      times = isSame(order, candidate) ? times + 1 : 1;
      candidate = order;
      if (times < SAME_ORDER || left === 0) return undefined;
      times = 0;
      left--;
      return isExpectable(order, forms) ? [...order, ...optionalOthers(order, forms)] : undefined;
    },
  };
}

/** The order of the schema; undefined if a name cannot be matched byte by byte. */
export function schemaOrder(forms: readonly FieldForm[]): readonly Member[] | undefined {
  const order = forms.flatMap((form, k) => (form.computed === undefined ? [k] : []));
  return isExpectable(order, forms) ? order : undefined;
}

function isExpectable(order: readonly Member[], forms: readonly FieldForm[]): boolean {
  const names = order.map((member) => (typeof member === 'string' ? member : (forms[member]?.foreign ?? '')));
  return (
    new Set(names).size === names.length && names.every((name) => /^[\x20-\x7e]+$/.test(name) && !/["\\]/.test(name))
  );
}

function optionalOthers(order: readonly Member[], forms: readonly FieldForm[]): readonly number[] {
  return forms.flatMap(({ type, computed }, k) => {
    const isOther = type.optional && computed === undefined && !order.includes(k);
    return isOther && isExpectable([k], forms) ? [k] : [];
  });
}

function isSame(a: readonly Member[], b: readonly Member[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
