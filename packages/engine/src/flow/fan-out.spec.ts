import { expect } from 'chai';
import { map, Observable, take } from 'rxjs';
import { FanOut } from './fan-out.js';

function sentBy<T>(fanOut: FanOut<T>): Observable<T> {
  return new Observable((subscriber) => fanOut.add((value) => subscriber.next(value)));
}

describe('FanOut', () => {
  it('sends each value to all subscribers, in the order in which they were added', () => {
    const fanOut = new FanOut<number>();
    const sent = sentBy(fanOut);
    const seen: string[] = [];
    sent.subscribe((value) => seen.push(`a${value}`));
    sent.pipe(map((value) => value * 2)).subscribe((value) => seen.push(`b${value}`));
    fanOut.next(1);
    fanOut.next(2);
    expect(seen).to.eql(['a1', 'b2', 'a2', 'b4']);
  });

  it('allows subscribers to be added and removed while a value is being sent', () => {
    const fanOut = new FanOut<number>();
    const sent = sentBy(fanOut);
    const seen: string[] = [];
    sent.pipe(take(1)).subscribe((value) => {
      seen.push(`a${value}`);
      sent.subscribe((next) => seen.push(`c${next}`));
    });
    sent.subscribe((value) => seen.push(`b${value}`));
    fanOut.next(1);
    fanOut.next(2);
    expect(seen, 'a subscriber added during a value receives the next one').to.eql(['a1', 'b1', 'b2', 'c2']);
  });

  it('ends the subscriber whose function throws, and no other', () => {
    const fanOut = new FanOut<number>();
    const sent = sentBy(fanOut);
    const seen: unknown[] = [];
    const failing = map((value: number): number => {
      if (value === 2) throw new Error('two');
      return value;
    });
    sent.pipe(failing).subscribe({ next: (value) => seen.push(value), error: () => seen.push('failed') });
    sent.subscribe((value) => seen.push(`b${value}`));
    for (const value of [1, 2, 3]) fanOut.next(value);
    expect(seen).to.eql([1, 'b1', 'failed', 'b2', 'b3']);
    expect(fanOut.observed).to.equal(true);
  });
});
