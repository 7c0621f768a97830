import { dollars, gain, price, signOf } from '../figures/money.js';

interface AmountProps {
  /** As the API returns it; null if there is none. */
  readonly value: string | null | undefined;
  readonly as?: 'dollars' | 'gain' | 'price';
  /** Defaults to US dollars. */
  readonly currency?: string;
}

const forms = { dollars, gain, price };

/** An amount of money; its title shows all decimals. Gains and losses differ by sign and by colour. */
export function Amount({ value, as = 'dollars', currency = 'USD' }: AmountProps) {
  if (value === null || value === undefined) return <span class="unknown">n/a</span>;
  const tone = as === 'gain' ? ['loss', '', 'gain'][signOf(value) + 1] : '';
  return (
    <data class={`figure ${tone}`} value={value} title={`${value} ${currency}`}>
      {currency === 'USD' ? forms[as](value) : `${forms[as](value).replace('$', '')} ${currency}`}
    </data>
  );
}
