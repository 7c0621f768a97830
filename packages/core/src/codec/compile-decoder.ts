import { compile } from '../compile/compile.js';
import type { Fields } from '../schema/index.js';
import type { FastDecoder } from './fast-decoder.js';
import { Cursor, skipValue } from './fast-values.js';
import { fieldReader } from './field-reader.js';
import { formAt, mayLack, type FieldForm } from './form.js';
import type { Member } from './member-order.js';
import { skipSpace } from './scan-json.js';

/**
 * Generates a {@link FastDecoder}.
 *
 * Only field names, which are identifiers, numbers, and byte values enter the generated code.
 */
export function compileDecoder<F extends Fields>(
  schema: string,
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
  const scope = Object.fromEntries(values.map((value, k) => [`$${k}`, value]));
  return compile(`messages of '${schema}'`, scope, `return function decode(b,p){${lines.join('\n')}};`);
}

function matches(text: string): string {
  const tests = Array.from(text, (c, k) => `b[i+${k}]===${c.charCodeAt(0)}`);
  return tests.join('&&');
}

function readingOrNull(form: FieldForm, k: number, cursor: string, bind: (value: unknown) => string): string {
  const read = reading(form, k, cursor, bind).join('');
  return form.type.optional && form.fallback === undefined ? `if(${matches('null')}){i+=4}else{${read}}` : read;
}

function reading(form: FieldForm, k: number, cursor: string, bind: (value: unknown) => string): string[] {
  const { min = -Infinity, max = Infinity } = form.type;
  const v = `v${k}`;
  const reader = fieldReader(form);
  if (reader.gives === 'word') {
    const branches = reader.words.map(
      ([word, value]) => `if(${matches(word)}){${v}=${bind(value)};i+=${word.length};}else `,
    );
    return [...branches, 'return;'];
  }
  const read = `${bind(reader.read)}(b,i,${cursor});`;
  const next = `i=${cursor}.end;`;
  switch (reader.gives) {
    case 'number':
      // Negated, so that NaN takes the slow path.
      return [`${v}=${read}if(!(${v}>=${min}&&${v}<=${max}))return;${next}`];
    case 'bigint':
      return [`w=${read}if(w!==w)return;${v}=BigInt(w);${next}`];
    case 'value':
      return [`${v}=${read}if(${v}===undefined)return;${next}`];
  }
}
