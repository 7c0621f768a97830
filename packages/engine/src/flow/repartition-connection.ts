import { BadRecordError, jsonCodec } from '@stockafolio/core';
import type { RepartitionStep } from '@stockafolio/core/plan';
import { recordCheck } from '@stockafolio/core/ports';
import type { Connection, PipelineContext } from './context.js';
import { asThrown } from './defect.js';
import { receive } from './receive.js';

/** Receives the records that a flow sends to another partition. */
export class RepartitionConnection implements Connection {
  readonly #context: PipelineContext;
  readonly #step: RepartitionStep;

  constructor(context: PipelineContext, step: RepartitionStep) {
    this.#context = context;
    this.#step = step;
  }

  connect(): void {
    const context = this.#context;
    const { stream, records, mapping } = this.#step;
    const { name } = stream;
    const to = `${mapping === undefined ? 'repartition' : 'mapAsync'} '${name}'`;
    /** What leaves. */
    const { schema, time, key: keyOf } = mapping?.from ?? stream;
    const problemOf = recordCheck(schema);
    const codec = jsonCodec(schema);
    const take = (value: unknown): void => {
      if (!context.checkActive('repartition', name)) return;
      try {
        const record = value as Readonly<Record<string, never>>;
        const problem = problemOf(record);
        if (problem !== undefined) throw new BadRecordError([{ field: '', message: `${to}: ${problem}` }]);
        // A record that has no time or key there would be lost behind it.
        time(record);
        const key = keyOf(record);
        context.rows.leaving.push({ stream, key, value: codec.encode(record), sent: context.received, mapping });
      } catch (error) {
        context.fail(asThrown(to, error));
      }
    };
    receive(context, records, take, (error) => context.breakConnection(this, to, error));
  }
}
