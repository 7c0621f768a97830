import { follow } from '../path.js';

interface SymbolNameProps {
  readonly symbol: string;
  readonly name: string;
  /** The address of its page. */
  readonly href?: string;
}

/** A symbol with its company's name. */
export function SymbolName({ symbol, name, href }: SymbolNameProps) {
  return (
    <span class="symbol">
      {href === undefined ? (
        <b>{symbol}</b>
      ) : (
        <a class="plain" href={href} onClick={follow}>
          <b>{symbol}</b>
        </a>
      )}
      {name !== symbol && <span class="company">{name}</span>}
    </span>
  );
}
