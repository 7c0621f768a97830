/** What do the checks of the intake cost beside decoding: of a message's partition, and of its time? */
import { keyBytes, partitionOf } from '@stockafolio/core';
import type { SourceMessage } from '@stockafolio/core/ports';
import { MessageIntake } from '@stockafolio/engine';
import { type StreamEvent, type Trade, trades as stream, wireForm } from '@stockafolio/example';
import { someTrades } from '../decoding/trades.js';
import { alternate, printRates } from '../measure.js';

const PARTITIONS = 4;
const PARTITION = 1;

const messages: SourceMessage[] = someTrades(400_000)
  .filter(({ user }) => partitionOf(keyBytes(user), PARTITIONS) === PARTITION)
  .map((trade, offset) => ({
    ...{ offset, timestamp: trade.time, byProducer: true, key: null },
    value: Buffer.from(wireForm.encode(trade as Trade)),
  }));

const intakeOf = (partitions: number | undefined): MessageIntake<StreamEvent> =>
  new MessageIntake({ stream, codec: wireForm, partition: PARTITION, partitions });
const [checked, unchecked] = [intakeOf(PARTITIONS), intakeOf(undefined)];
const now = Date.now();

let records = 0;
const takeAll = (intake: MessageIntake<StreamEvent>): number => {
  for (const message of messages) if ('record' in intake.take(message, now)) records++;
  return messages.length;
};

const { measured, ratio } = await alternate({
  'decode alone': () => {
    for (const { value, offset } of messages) {
      if (value !== null && wireForm.decode(value, { partition: PARTITION, offset }).time > 0) records++;
    }
    return messages.length;
  },
  'without the check of partitions': () => takeAll(unchecked),
  'with it': () => takeAll(checked),
});
console.log(`${messages.length.toLocaleString('en')} messages of one of ${PARTITIONS} partitions`);
printRates('way', 'messages', measured);
console.log(`ratio ${ratio('with it', 'without the check of partitions').toFixed(2)}`);
if (records === 0) throw new Error('no record was read');
