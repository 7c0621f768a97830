import type { ComponentChildren } from 'preact';

interface TileProps {
  readonly label: string;
  /** Its unit, if the figure itself does not show it. */
  readonly unit?: string;
  readonly detail?: ComponentChildren;
  readonly main?: boolean;
  readonly children: ComponentChildren;
}

/** One figure with its name. */
export function Tile({ label, unit, detail, main = false, children }: TileProps) {
  return (
    <div class={`tile ${main ? 'tile-main' : ''}`}>
      <dt>{label}</dt>
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
