import { atHome, inNewYork, momentText } from '../figures/moments.js';
import { now } from '../figures/now.js';

/** A market time on New York's clocks, with the date if it is not of today; its title shows the visitor's clock. */
export function Moment({ at }: { readonly at: string }) {
  const time = Date.parse(at);
  // The date alone depends on the present, so a row is not drawn again every second.
  const today = now.peek();
  const home = atHome(time, today);
  const title = home === undefined ? at : `${momentText(home)} in ${home.zone}`;
  return (
    <time dateTime={at} title={title}>
      {momentText(inNewYork(time, today))}
    </time>
  );
}

/** The visitor's own time of a moment, `21:59:32 in Berlin`; nothing where it is New York's. */
export function homeText(at: string): string | undefined {
  const home = atHome(Date.parse(at), now.peek());
  return home === undefined ? undefined : `${momentText(home)} in ${home.zone}`;
}
