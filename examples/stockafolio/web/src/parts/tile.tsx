import type { ComponentChildren } from 'preact';
import { Explain, type Explanation } from './explain.js';

interface TileProps {
  readonly label: string;
  /** Its unit, if the figure itself does not show it. */
  readonly unit?: string;
  readonly detail?: ComponentChildren;
  readonly main?: boolean;
  readonly explain: Explanation;
  readonly children: ComponentChildren;
}

/** One figure with its name, which explains itself on request. */
export function Tile({ label, unit, detail, main = false, explain, children }: TileProps) {
  return (
    <div class={`tile ${main ? 'tile-main' : ''}`}>
      <dt>
        <span>{label}</span> <Explain label={label} of={explain} />
      </dt>
      <dd>
        <span class="tile-figure">
          {children}
          {unit !== undefined && <span class="unit"> {unit}</span>}
        </span>
        {detail !== undefined && <span class="tile-detail">{detail}</span>}
      </dd>
    </div>
  );
}
