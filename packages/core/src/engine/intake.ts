import { BadRecordError, isStockafolioError, StockafolioError } from '../errors/index.js';
import type { Codec, SourceMessage } from '../ports/index.js';
import type { Stream } from '../stream/index.js';

/** The header in which a producer may say where a message came from, such as `trades.csv:17`. */
export const ORIGIN = 'origin';

/** What a message turned out to be: a record, or a reason why it is none. */
export type Intake<T> = { readonly record: T } | { readonly rejected: StockafolioError };

/**
 * Reads one message of a stream: decodes it, and checks that its time does not lie ahead of the broker's by more than
 * the stream allows (such a record would close every window).
 */
export function takeIn<T>(stream: Stream<T>, codec: Codec<T>, partition: number, message: SourceMessage): Intake<T> {
  if (message.value === null) return { rejected: new BadRecordError([{ field: '', message: 'the message is empty' }]) };
  try {
    const record = codec.decode(message.value, { partition, offset: message.offset });
    const ahead = stream.time(record) - message.timestamp;
    if (ahead > stream.maxSkew) {
      const problem = `its time lies ${Math.round(ahead / 1000)} s ahead of the time at which it was taken in`;
      return { rejected: new BadRecordError([{ field: 'time', message: problem }]) };
    }
    return { record };
  } catch (error) {
    if (!isStockafolioError(error)) throw error;
    const origin = message.headers?.[ORIGIN];
    if (origin === undefined) return { rejected: error };
    return { rejected: new StockafolioError(error.code, `${error.message} (from ${origin})`, { cause: error }) };
  }
}
