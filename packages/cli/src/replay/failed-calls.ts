import { jsonCodec, type Pipeline, type Stream } from '@stockafolio/core';
import { stagesOf } from '@stockafolio/core/plan';
import type { Codec } from '@stockafolio/core/ports';

/** The dead letters of one `mapAsync`: records of a stream for which its function had no result. */
export class FailedCalls {
  readonly #stage: string;
  readonly #name: string;
  readonly #given: Codec<unknown>;
  readonly #codec: Codec<unknown>;

  /**
   * @param stage the stage that the results go to
   * @param name of the operator
   * @param from the records that it is given
   * @param codec of the messages of their stream
   */
  constructor(stage: string, name: string, from: Stream<unknown>, codec: Codec<unknown>) {
    this.#stage = stage;
    this.#name = name;
    this.#given = jsonCodec(from.schema);
    this.#codec = codec;
  }

  /** Whether this is where such dead letters are: the stage, or one of the lanes that it reads. */
  has(owner: string): boolean {
    return owner === this.#stage || owner.startsWith(`${this.#stage}/${this.#name}-`);
  }

  /** The message that the record was, for the source. */
  messageOf(letter: Uint8Array): Uint8Array {
    return this.#codec.encode(this.#given.decode(letter));
  }
}

/** By each `mapAsync` directly behind a stream, its dead letters. */
export function failedCallsOf(
  pipeline: Pipeline,
  stream: Pick<Stream<unknown>, 'name'>,
  codec: Codec<unknown>,
): readonly FailedCalls[] {
  return stagesOf(pipeline).flatMap((stage) =>
    stage.behind.flatMap(({ stream: result, mapping }) =>
      mapping?.from.name === stream.name ? [new FailedCalls(stage.name, result.name, mapping.from, codec)] : [],
    ),
  );
}
