// Each sale is rated by a server, whose address is in RATES_URL.
import { rated } from '@stockafolio/conformance';

async function rateOf(sale, { signal }) {
  const response = await fetch(`${process.env.RATES_URL}/${sale.item}/${sale.amount}`, { signal });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  return { ...sale, rate: Number(await response.text()) };
}

export default rated(rateOf, { attempts: 4, timeout: 20_000 });
