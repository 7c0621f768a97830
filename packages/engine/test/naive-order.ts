/** A message as far as the order of several inputs depends on it. */
export interface Ordered {
  readonly input: number;
  readonly offset: number;
  /** Event time. */
  readonly time: number;
  readonly sent: number;
}

/**
 * The order of the messages of several inputs, by its law: all of them are at hand, there are no queues and no bounds.
 *
 * @param lulls from which offsets on the messages of an input count as sent no earlier than when
 */
export function naiveOrder<M extends Ordered>(
  all: readonly (readonly M[])[],
  idleAfter: number,
  lulls: readonly { readonly input: number; readonly offset: number; readonly sent: number }[] = [],
): M[] {
  const rest = all.map((log, input) => {
    let at = Number.NEGATIVE_INFINITY;
    return log.map((message) => {
      const floors = lulls.filter((lull) => lull.input === input && lull.offset <= message.offset);
      at = Math.max(at, message.sent, ...floors.map(({ sent }) => sent));
      return { message, at };
    });
  });
  const order: M[] = [];
  const next = rest.map(() => 0);
  for (;;) {
    const heads = rest.flatMap((log, input) => log[next[input] ?? 0] ?? []);
    const isFree = ({ message, at }: (typeof heads)[number]): boolean =>
      heads.every(
        ({ message: other, at: otherAt }) =>
          other === message ||
          otherAt > at + idleAfter ||
          message.time < other.time ||
          (message.time === other.time && message.input < other.input),
      );
    const [first] = heads.filter(isFree).sort((a, b) => a.at - b.at);
    if (first === undefined) return order;
    order.push(first.message);
    next[first.message.input] = (next[first.message.input] ?? 0) + 1;
  }
}
