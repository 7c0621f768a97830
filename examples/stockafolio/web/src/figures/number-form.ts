import { remembering } from './remembering.js';

/** Writes a number, or a decimal text. */
export type Write<A extends string | number | bigint = string> = (of: A) => string;

/**
 * How numbers are written where the visitor lives, as the browser knows it. Numbers come as decimal texts, which
 * `Intl` formats exactly, without floating point.
 */
export interface NumberForm {
  /** A whole number or a decimal, with as many decimals as it has. */
  readonly number: Write<string | number | bigint>;
  /** Hundredths: a per cent. */
  readonly percent: Write<number>;
  /** Dollars with 0, 2 or 4 decimals; a rounded zero has no sign. */
  readonly dollars: Readonly<Record<0 | 2 | 4, Write>>;
  /** Dollars and cents, a gain with its sign. */
  readonly gain: Write;
  /** Dollars for small spaces, `$3.70B`, and the same without trailing zeros. */
  readonly compact: Write;
  readonly shortest: Write;
}

/** @param locale the visitor's own if it is undefined */
export function numberForm(locale: string | undefined): NumberForm {
  const usd = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', signDisplay: 'negative' } as const;
  const decimals = <N extends number>(least: N, most: number = least): Intl.NumberFormatOptions => ({
    minimumFractionDigits: least,
    maximumFractionDigits: most,
  });
  const made = <A extends string | number | bigint = string>(options: Intl.NumberFormatOptions): Write<A> => {
    const format = new Intl.NumberFormat(locale, options);
    // It accepts any decimal text, which its types say only of literals.
    return remembering((of: A) => format.format(of as `${number}` | number | bigint));
  };
  return {
    number: made({ maximumFractionDigits: 8 }),
    percent: made({ style: 'percent', ...decimals(2) }),
    dollars: {
      0: made({ ...usd, ...decimals(0) }),
      2: made({ ...usd, ...decimals(2) }),
      4: made({ ...usd, ...decimals(4) }),
    },
    gain: made({ ...usd, ...decimals(2), signDisplay: 'exceptZero' }),
    compact: made({ ...usd, notation: 'compact', ...decimals(2) }),
    shortest: made({ ...usd, notation: 'compact', ...decimals(0, 2) }),
  };
}

let form = numberForm(undefined);

/** The visitor's form. */
export function visitorsForm(): NumberForm {
  return form;
}

/** Writes numbers in another form, such as that of a test. */
export function writeNumbersAs(locale: string): void {
  form = numberForm(locale);
}
