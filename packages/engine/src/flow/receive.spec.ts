import { expect } from 'chai';
import { map, type Observable } from 'rxjs';
import { sales } from '@stockafolio/conformance';
import { buildPlan, enter, leave } from '@stockafolio/core/plan';
import { MemoryStates } from '../state/memory-states.js';
import { PipelineContext } from './context.js';
import { receive } from './receive.js';

describe('receive', () => {
  it('adds a receiver directly to a flow, in order with subscribers; through other operators it subscribes', () => {
    let sent: Observable<number> | undefined;
    const plan = buildPlan('totals', [sales as never], ([input]) => void (sent = input as Observable<number>));
    if (sent === undefined) throw new Error('the plan has no input');
    const context = new PipelineContext({ name: 'totals', streams: [sales as never] }, 0, plan, new MemoryStates());
    const seen: unknown[] = [];
    const failing = map((value: number): number => {
      if (value === 2) throw new Error('two');
      return value;
    });
    const outer = enter(context);
    sent.subscribe((value) => seen.push(`a${value}`));
    const take =
      (name: string) =>
      (value: number): void =>
        void seen.push(`${name}${value}`);
    receive(context, sent, take('b'), () => seen.push('never'));
    receive(context, sent.pipe(failing), take('c'), () => seen.push('failed'));
    leave(outer);
    for (const value of [1, 2, 3]) context.fanOut<number>(plan.inputs[0] ?? expect.fail('no input')).next(value);
    expect(seen).to.eql(['a1', 'b1', 'c1', 'a2', 'b2', 'failed', 'a3', 'b3']);
  });
});
