import { BadRecordError } from '../errors/index.js';
import type { Fields, FieldType, ObjectOf } from '../schema/index.js';
import { bytesOf } from './bytes.js';
import { daysOfDate } from '../time/civil.js';
import { quoted } from './describe.js';
import type { FieldForm } from './form.js';
import {
  Output,
  timestampWriter,
  writeBigMoney,
  writeBigWhole,
  writeDouble,
  writeMoney,
  writeRaw,
  writeText,
  writeWhole,
} from './write-bytes.js';

/**
 * Generates the encoder of a schema. It throws BadRecordError for a value that its decoder would reject. Absent
 * optional fields and computed fields are omitted.
 */
export function compileEncoder<F extends Fields>(forms: readonly FieldForm[]): (record: ObjectOf<F>) => Uint8Array {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${values.length - 1}`;
  };
  const out = bind(new Output());
  const refuse = bind((form: FieldForm, value: unknown): never => {
    (values[0] as Output).drop();
    throw new BadRecordError([{ field: form.foreign, message: `${quoted(String(value))} cannot be written` }]);
  });
  const raw = bind(writeRaw);
  const lines = [`let v,first=true;${raw}(${out},${bind(bytesOf('{'))});`];
  const written = forms.filter((form) => form.computed === undefined);
  written.forEach((form, index) => {
    const name = `${JSON.stringify(form.foreign)}:`;
    const always = written.slice(0, index).some((earlier) => !earlier.type.optional);
    const literal = (text: string): string => `${raw}(${out},${bind(bytesOf(text))});`;
    const begin =
      always || index === 0
        ? literal(index === 0 ? name : `,${name}`)
        : `if(first){${literal(name)}}else{${literal(`,${name}`)}}`;
    const write = [
      `if(!(${accepts(form.type, bind)}))${refuse}(${bind(form)},v);`,
      begin,
      `${writing(form, out, bind)}first=false;`,
    ].join('');
    lines.push(`v=r.${form.name};`, form.type.optional ? `if(v!==undefined&&v!==null){${write}}` : write);
  });
  lines.push(`${raw}(${out},${bind(bytesOf('}'))});return ${out}.take();`);
  const names = values.map((_, k) => `$${k}`);
  const make = new Function(...names, `"use strict";return function encode(r){${lines.join('\n')}}`);
  return make(...values) as (record: ObjectOf<F>) => Uint8Array;
}

function writing(form: FieldForm, out: string, bind: (value: unknown) => string): string {
  const by = (writer: unknown): string => `${bind(writer)}(${out},v);`;
  switch (form.type.kind) {
    case 'text':
    case 'date':
      return by(writeText);
    case 'oneOf': {
      const literals = new Map([...form.written].map(([value, word]) => [value, bytesOf(JSON.stringify(word))]));
      return `${bind(writeRaw)}(${out},${bind(literals)}.get(v));`;
    }
    case 'int32':
    case 'int64':
    case 'shard':
      return by(writeWhole);
    case 'bigint64':
      return by(writeBigWhole);
    case 'double':
      return by(writeDouble);
    case 'money':
      return by(writeMoney);
    case 'bigMoney':
      return by(writeBigMoney);
    case 'timestamp':
      return by(timestampWriter(form.zone));
    case 'boolean':
      return `${bind(writeRaw)}(${out},v?${bind(bytesOf('true'))}:${bind(bytesOf('false'))});`;
  }
}

/** An expression over `v`: whether the field accepts it. */
function accepts(type: FieldType, bind: (value: unknown) => string): string {
  const { min, max } = type;
  const bounds = (what: string): string => `${what}>=${min ?? -Infinity}&&${what}<=${max ?? Infinity}`;
  switch (type.kind) {
    case 'text':
      return `typeof v==='string'&&${bounds('v.length')}&&${bind(isText)}(v)`;
    case 'date':
      return `typeof v==='string'&&!Number.isNaN(${bind(daysOfDate)}(v))`;
    case 'oneOf':
      return `${bind(new Set(type.values))}.has(v)`;
    case 'boolean':
      return `typeof v==='boolean'`;
    case 'double':
      return `Number.isFinite(v)&&${bounds('v')}`;
    case 'bigint64':
      return `typeof v==='bigint'&&BigInt.asIntN(64,v)===v`;
    case 'bigMoney':
      return `typeof v==='bigint'&&BigInt.asIntN(128,v)===v`;
    default:
      return `Number.isInteger(v)&&${bounds('v')}`;
  }
}

function isText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0) return false;
    if (c >= 0xd800) return !text.includes('\0') && text.isWellFormed();
  }
  return true;
}
