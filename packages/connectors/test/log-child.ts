/** A process that writes to a log, for the specs that kill it. */
import { isStockafolioError } from '@stockafolio/core';
import { logProducer } from '../src/log-local/index.js';

const [command, dir = '', from = '0'] = process.argv.slice(2);

if (command === 'try-to-lock') {
  try {
    await logProducer(dir);
    process.stdout.write('locked\n');
    process.kill(process.pid, 'SIGKILL');
  } catch (error) {
    process.stdout.write(isStockafolioError(error) ? `${error.code} ${error.message}\n` : String(error));
  }
} else {
  const producer = await logProducer(dir, { segmentBytes: 20_000 });
  for (let n = Number(from); ;) {
    // Each append goes to one partition, so that one that is cut off in the middle leaves no hole in the numbers.
    const count = 1 + (n % 40);
    const partition = n % 4;
    const messages = Array.from({ length: count }, (_, i) => ({
      key: null,
      value: Buffer.from(String(n + i)),
      partition,
    }));
    await producer.append(messages);
    n += count;
    process.stdout.write(`${n}\n`);
  }
}
