import type { Value } from '@stockafolio/core';
import { memberCopier } from '@stockafolio/core/compile';
import type { ValueCheck, StateColumn } from '@stockafolio/core/ports';
import { addInt128, addInt64 } from './add-integers.js';
import { cellOffsets } from './columns.js';
import type { Cursor, CursorClass } from './cursor.js';
import { overflow } from './cursor-errors.js';
import { cursorField, type CursorParts } from './cursor-fields.js';
import { numberOfInt128 } from './int128.js';
import type { Interner } from './interner.js';
import type { RowPointer } from './rows.js';
import type { ValueTexts } from './value-texts.js';

/** The class of cursors over these columns, where source text may not be compiled: see `compileCursor`. */
export function cursorClass(columns: readonly StateColumn[], hasTexts: boolean): CursorClass {
  const offsets = cellOffsets(columns);
  const fields = columns.map((column, n) => cursorField(column, n, offsets[n] as number, hasTexts));
  const copied = columns.map(({ name }) => name).filter((name) => !name.startsWith('$'));
  const copy = memberCopier('a state', copied as never[]);
  /** The fields that can be added to. */
  const sums = columns.flatMap(({ name, storage, optional }, n) =>
    storage === 'f64' || optional ? [] : [{ name, at: offsets[n] as number, isWide: storage === 'i128' }],
  );
  class StateCursor implements Cursor, CursorParts {
    readonly _owner: string;
    readonly _interner: Interner;
    readonly _p: RowPointer;
    readonly _checks: readonly ValueCheck[];
    readonly _texts: readonly ValueTexts[];

    constructor(
      owner: string,
      interner: Interner,
      pointer: RowPointer,
      checks: readonly ValueCheck[],
      texts: readonly ValueTexts[],
    ) {
      this._owner = owner;
      this._interner = interner;
      this._p = pointer;
      this._checks = checks;
      this._texts = texts;
    }

    $copy(): Record<string, Value> {
      return copy(this) as Record<string, Value>;
    }

    $reset(): void {
      for (let n = 0; n < fields.length; n++) fields[n]?.reset.call(this);
    }

    $add(field: string, amount: number): void {
      const p = this._p;
      for (let n = 0; n < sums.length; n++) {
        const sum = sums[n] as (typeof sums)[number];
        if (sum.name !== field) continue;
        const at = 2 * (p.at + sum.at);
        if (sum.isWide ? addInt128(p.i32, at, amount) : addInt64(p.i32, at, amount)) return;
        break;
      }
      overflow(this._owner, field, amount);
    }

    $number(field: string): number | bigint {
      const p = this._p;
      const sum = sums.find(({ name, isWide }) => isWide && name === field);
      return sum === undefined ? (this as never)[field] : numberOfInt128(p, p.at + sum.at);
    }
  }
  fields.forEach(({ get, set }, n) => {
    Object.defineProperty(StateCursor.prototype, columns[n]?.name ?? '', { get, set, configurable: true });
  });
  return StateCursor;
}
