/** A symbol with its company's name. */
export function SymbolName({ symbol, name }: { readonly symbol: string; readonly name: string }) {
  return (
    <span class="symbol">
      <b>{symbol}</b>
      {name !== symbol && <span class="company">{name}</span>}
    </span>
  );
}
