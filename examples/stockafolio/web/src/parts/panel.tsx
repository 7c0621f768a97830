import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  readonly title: string;
  /** A note beside the title. */
  readonly note?: ComponentChildren;
  /** Controls at the right. */
  readonly actions?: ComponentChildren;
  readonly area?: string;
  readonly children: ComponentChildren;
}

/** A part of a page with a heading. */
export function Panel({ title, note, actions, area, children }: PanelProps) {
  const id = useId();
  return (
    <section class={`panel ${area === undefined ? '' : `area-${area}`}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p class="note">{note}</p>}
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}
