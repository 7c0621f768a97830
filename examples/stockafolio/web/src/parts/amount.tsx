import { dollars, gain, price, signOf } from '../figures/money.js';

interface AmountProps {
  /** As the API gives it; null where there is none. */
  readonly value: string | null | undefined;
  readonly as?: 'dollars' | 'gain' | 'price';
}

const forms = { dollars, gain, price };

/** An amount of money; its title says it to the last decimal. A gain or loss shows by its sign and by colour. */
export function Amount({ value, as = 'dollars' }: AmountProps) {
  if (value === null || value === undefined) return <span class="unknown">n/a</span>;
  const tone = as === 'gain' ? ['loss', '', 'gain'][signOf(value) + 1] : '';
  return (
    <data class={`figure ${tone}`} value={value} title={`${value} USD`}>
      {forms[as](value)}
    </data>
  );
}
