import { change } from '../figures/numbers.js';

/** A gain or loss in hundredths of a per cent: by sign and by colour. Nothing if it is unknown. */
export function Percent({ of }: { readonly of: number | null | undefined }) {
  if (of === null || of === undefined) return null;
  return <span class={`figure ${of > 0 ? 'gain' : of < 0 ? 'loss' : ''}`}>{change(of)}</span>;
}
