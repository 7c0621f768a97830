/**
 * How numbers are written where the visitor lives, as the browser knows it. Numbers come as decimal texts, which
 * `Intl` formats exactly, without floating point.
 */
export interface NumberForm {
  /** A whole number or a decimal, with as many decimals as it has. */
  readonly number: Intl.NumberFormat;
  /** Hundredths: a per cent. */
  readonly percent: Intl.NumberFormat;
  /** Dollars with 0, 2 or 4 decimals; a rounded zero has no sign. */
  readonly dollars: Readonly<Record<0 | 2 | 4, Intl.NumberFormat>>;
  /** Dollars and cents, a gain with its sign. */
  readonly gain: Intl.NumberFormat;
  /** Dollars for small spaces, `$3.70B`, and the same without trailing zeros. */
  readonly compact: Intl.NumberFormat;
  readonly shortest: Intl.NumberFormat;
}

/** `Intl` accepts decimal texts, which the types of TypeScript say only of literals. */
export type DecimalText = `${number}`;

/** @param locale the visitor's own if it is undefined */
export function numberForm(locale: string | undefined): NumberForm {
  const usd = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', signDisplay: 'negative' } as const;
  const decimals = <N extends number>(least: N, most: number = least): Intl.NumberFormatOptions => ({
    minimumFractionDigits: least,
    maximumFractionDigits: most,
  });
  const made = (options: Intl.NumberFormatOptions): Intl.NumberFormat => new Intl.NumberFormat(locale, options);
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
