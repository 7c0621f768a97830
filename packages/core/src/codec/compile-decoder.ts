import type { Fields, ObjectOf } from '../schema/index.js';
import type { Position } from '../ports/index.js';
import {
  Cursor,
  dateReader,
  fastBoolean,
  fastDouble,
  fastMoney,
  fastRoundedMoney,
  fastWhole,
  skipValue,
  textReader,
  timestampReader,
} from './fast-values.js';
import type { FieldForm } from './form.js';
import type { Member } from './member-order.js';
import { skipSpace } from './scan-json.js';

/** Reads the usual form of a message; undefined for any other message, good or bad. */
export type FastDecoder<F extends Fields> = (
  bytes: Uint8Array,
  position: Position | undefined,
) => ObjectOf<F> | undefined;

/**
 * Generates a decoder for messages with their members in exactly this order. Optional fields, and members that no field
 * has, may be missing.
 *
 * Only field names, which are identifiers, and byte values enter the generated code.
 *
 * @param forms the fields in schema order
 * @param order the members; it includes every required field
 */
export function compileDecoder<F extends Fields>(
  forms: readonly FieldForm[],
  order: readonly Member[],
): FastDecoder<F> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${values.length - 1}`;
  };
  const cursor = bind(new Cursor());
  const space = bind(skipSpace);
  const skip = bind(skipValue);
  const gap = `if(b[i]<=32)i=${space}(b,i);`;
  const lines = [
    `let i=0,c=false,w${forms.map((_, k) => `,v${k}`).join('')};`,
    `${gap}if(b[i]!==123)return;i++;${gap}`,
  ];
  for (const member of order) {
    const form = typeof member === 'number' ? formAt(forms, member) : undefined;
    const name = JSON.stringify(form?.foreign ?? member);
    const value =
      form === undefined || typeof member === 'string'
        ? `i=${skip}(b,i);if(i<0)return;`
        : readingOrNull(form, member, cursor, bind);
    // c: whether a comma announced another member. After the last member there is none, so no name can match.
    const read = `i+=${name.length};${gap}if(b[i]!==58)return;i++;${gap}${value}${gap}`;
    const next = `if(b[i]===44){c=true;i++;${gap}}else if(b[i]===125)c=false;else return;`;
    lines.push(`if(${matches(name)}){${read}${next}}${form === undefined || mayLack(form) ? '' : 'else return;'}`);
  }
  lines.push(`if(c||b[i]!==125)return;i++;${gap}if(i!==b.length)return;`);
  const members = forms.map((form, k) => {
    if (form.computed !== undefined) return `${form.name}:${bind(form.computed)}(p)`;
    const fallback = form.fallback === undefined ? '' : `===undefined?${bind(form.fallback)}:v${k}`;
    return `${form.name}:v${k}${fallback}`;
  });
  lines.push(`return{${members.join()}};`);
  const names = values.map((_, k) => `$${k}`);
  const make = new Function(...names, `"use strict";return function decode(b,p){${lines.join('\n')}}`);
  return make(...values) as FastDecoder<F>;
}

/** Generates a constructor of records from their values in schema order: the same hidden class as the decoder's. */
export function compileRecord<F extends Fields>(names: readonly string[]): (values: readonly unknown[]) => ObjectOf<F> {
  const members = names.map((name, k) => `${name}:v[${k}]`);
  return new Function('v', `return{${members.join()}};`) as (values: readonly unknown[]) => ObjectOf<F>;
}

function formAt(forms: readonly FieldForm[], k: number): FieldForm {
  const form = forms[k];
  if (form === undefined) throw new RangeError(`there is no field ${k}`);
  return form;
}

function mayLack(form: FieldForm): boolean {
  return form.type.optional || form.fallback !== undefined;
}

function matches(text: string, from = 0): string {
  const tests = Array.from(text, (c, k) => `b[i+${from + k}]===${c.charCodeAt(0)}`);
  return tests.join('&&');
}

function readingOrNull(form: FieldForm, k: number, cursor: string, bind: (value: unknown) => string): string {
  const read = reading(form, k, cursor, bind).join('');
  return form.type.optional && form.fallback === undefined ? `if(${matches('null')}){i+=4}else{${read}}` : read;
}

function reading(form: FieldForm, k: number, cursor: string, bind: (value: unknown) => string): string[] {
  const { type } = form;
  const { min, max } = type;
  const v = `v${k}`;
  const number = (reader: unknown): string[] => [
    `${v}=${bind(reader)}(b,i,${cursor});`,
    // Negated, so that NaN takes the slow path.
    `if(!(${v}>=${min ?? -Infinity}&&${v}<=${max ?? Infinity}))return;i=${cursor}.end;`,
  ];
  const other = (reader: unknown): string[] => [
    `${v}=${bind(reader)}(b,i,${cursor});if(${v}===undefined)return;i=${cursor}.end;`,
  ];
  switch (type.kind) {
    case 'text':
      return other(textReader(min ?? 0, max ?? Infinity));
    case 'date':
      return other(dateReader());
    case 'boolean':
      return other(fastBoolean);
    case 'oneOf':
      return [...oneOf(form, v, bind), 'else return;'];
    case 'int32':
    case 'int64':
    case 'shard':
      return number(fastWhole);
    case 'timestamp':
      return number(timestampReader(form.zone));
    case 'money':
      return number(form.round === undefined ? fastMoney : fastRoundedMoney);
    case 'double':
      return number(fastDouble);
    case 'bigint64':
    case 'bigMoney':
      return [
        `w=${bind(type.kind === 'bigint64' ? fastWhole : form.round === undefined ? fastMoney : fastRoundedMoney)}(b,i,${cursor});`,
        `if(w!==w)return;${v}=BigInt(w);i=${cursor}.end;`,
      ];
  }
}

function oneOf({ words }: FieldForm, v: string, bind: (value: unknown) => string): string[] {
  const branches = [...(words ?? [])]
    .filter(([word]) => /^[\x20-\x7e]*$/.test(word) && !/["\\]/.test(word))
    .map(([word, value]) => `if(${matches(`"${word}"`)}){${v}=${bind(value)};i+=${word.length + 2};}`);
  return [branches.length === 0 ? 'if(false);' : branches.join('else ')];
}
