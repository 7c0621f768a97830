import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { complaintsOf, useBrowser } from './browser.js';
import { liveMarket, type LiveMarket } from './live-market.js';
import { OPENING, tradeOf } from './traded.js';

const HELD = 2_000;
const UPDATES = 40;
const EVERY = 100;
/** The largest holding, which comes first. */
const MOVED = `S${HELD - 1}`;

/** What the page did during a period. */
interface Period {
  /** When each frame was drawn, in milliseconds. */
  readonly frames: readonly number[];
  /** Symbols of the rows that were written to. */
  readonly touched: readonly string[];
  /** Rows that were inserted or removed. */
  readonly moved: number;
}

/** Runs in the page, as text: records its frames, and writes to the holdings, until `watchEnd` is called. */
const WATCH = `
  globalThis.watchBegin = () => {
    const seen = { frames: [], touched: new Set(), moved: 0 };
    const body = document.querySelector('.holdings tbody');
    const observer = new MutationObserver((changes) => {
      for (const { target, type } of changes) {
        if (type === 'childList' && target === body) seen.moved += 1;
        const element = target instanceof Element ? target : target.parentElement;
        const row = element?.closest('tr[data-symbol]');
        if (row) seen.touched.add(row.dataset.symbol);
      }
    });
    observer.observe(body, { subtree: true, childList: true, characterData: true, attributes: true });
    let on = true;
    requestAnimationFrame(function frame(time) {
      seen.frames.push(time);
      if (on) requestAnimationFrame(frame);
    });
    globalThis.watchEnd = () => {
      on = false;
      observer.disconnect();
      return { ...seen, touched: [...seen.touched] };
    };
  };
`;

describe('a page that is updated every 100 ms', () => {
  const browser = useBrowser();
  let market: LiveMarket;

  before(async () => {
    market = await liveMarket(
      Array.from({ length: HELD }, (_, n) =>
        tradeOf({ id: `h${n}`, user: 'big', symbol: `S${n}`, quantity: n + 1, price: 10_0000, time: OPENING + n }),
      ),
    );
  });
  after(() => market?.close());

  const watched = async (page: Page, during: () => Promise<void>): Promise<Period> => {
    await page.evaluate('watchBegin()');
    await during();
    return page.evaluate('watchEnd()');
  };
  /** Frames in the median period of 100 ms. */
  const pace = ({ frames }: Period): number => {
    const [first = 0] = frames;
    const counts = Array.from({ length: UPDATES }, (_, n) => {
      const from = first + n * EVERY;
      return frames.filter((time) => time >= from && time < from + EVERY).length;
    });
    return counts.sort((a, b) => a - b)[UPDATES >> 1] ?? 0;
  };

  it('writes only what has changed, and draws as many frames as an idle one', async function () {
    this.timeout(60_000);
    const page = await browser();
    const complaints = complaintsOf(page);
    await page.goto(`${market.url}/u/big`);
    await page.locator(`tr[data-symbol="${MOVED}"]`).waitFor();
    await page.evaluate(WATCH);
    const idle = await watched(page, () => sleep(UPDATES * EVERY));
    const busy = await watched(page, async () => {
      for (let n = 1; n <= UPDATES; n++) {
        // Such a small step that no weight changes: only the price of one row, and the figures derived from it.
        const price = 10_0000 + n;
        await market.send(tradeOf({ id: `m${n}`, user: 'mover', symbol: MOVED, price, time: OPENING + HELD + n }));
        await sleep(EVERY);
      }
      const last = `${((10_0000 + UPDATES) / 10_000).toFixed(4)}`;
      await page.locator(`tr[data-symbol="${MOVED}"] data[value="${last}"]`).waitFor();
    });
    expect(idle.touched).to.deep.equal([]);
    expect(busy.touched, 'the one row whose price has moved').to.deep.equal([MOVED]);
    expect(busy.moved, 'rows put in or taken out').to.equal(0);
    const [still, updated] = [pace(idle), pace(busy)];
    expect(still, 'frames in 100 ms of a page that stands still').to.be.greaterThan(0);
    // Half of them: the server and the market share the machine with the browser.
    expect(updated, `frames in 100 ms, against ${still} of a page that stands still`).to.be.at.least(still / 2);
    expect(complaints).to.deep.equal([]);
  });
});
