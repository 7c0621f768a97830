import { readEvent, type WireEvent } from './wire-event.js';

/** A message, and what its JSON says of amendments. */
interface Said {
  readonly message: WireEvent;
  readonly id: string;
  readonly user: string;
  readonly kind: string;
  readonly amends: string | undefined;
}

/**
 * What is left of messages when each bust and correction was made: events as they should have been, in their own places. An
 * amendment is about an earlier message of its user, or by way of earlier corrections. What a bust speaks of is gone.
 *
 * @param onRejected is told of each amendment that is about nothing, or makes an event that cannot be
 */
export function amended(messages: Iterable<WireEvent>, onRejected: (message: WireEvent) => void): WireEvent[] {
  const byUser = new Map<string, Said[]>();
  for (const message of [...messages].sort((a, b) => a.partition - b.partition || a.offset - b.offset)) {
    const { id, user, kind = 'new', amends } = JSON.parse(message.value) as Omit<Said, 'message'>;
    const said = { message, id, user, kind, amends };
    const own = byUser.get(said.user);
    if (own === undefined) byUser.set(said.user, [said]);
    else own.push(said);
  }
  return [...byUser.values()].flatMap((own) => amendedOf(own, onRejected));
}

function amendedOf(own: readonly Said[], onRejected: (message: WireEvent) => void): WireEvent[] {
  const before = new Map<string, Said>();
  /** By amendment, the event that it is about. */
  const about = new Map<Said, Said>();
  for (const said of own) {
    if (said.amends !== undefined) {
      const target = before.get(said.amends);
      const event = target?.amends === undefined ? target : about.get(target);
      if (event === undefined || target?.kind === 'bust') onRejected(said.message);
      else about.set(said, event);
    }
    before.set(said.id, said);
  }
  const busted = new Set([...about.keys()].filter(({ kind }) => kind === 'bust').map(({ amends }) => amends));
  return own
    .filter(({ amends, id }) => amends === undefined && !busted.has(id))
    .map((event) => {
      let { message } = event;
      for (const [by, target] of about) {
        if (target !== event || by.kind === 'bust' || busted.has(by.id)) continue;
        const corrected = { ...message, value: correctedBy(message.value, by.message.value) };
        if (canBe(corrected)) message = corrected;
        else onRejected(by.message);
      }
      return message;
    });
}

/** The JSON of an event with the fields of a correction; of a field that occurs twice the last counts. */
function correctedBy(event: string, by: string): string {
  const { id, user, time, kind = 'new' } = JSON.parse(event) as Readonly<Record<string, string>>;
  const says = JSON.parse(by) as object;
  const isOther = ('quantity' in says || 'price' in says) && !('value' in says);
  const was = isOther ? event.replace(/,"value":"?[-\d.]+"?/, '') : event;
  const own = JSON.stringify({ id, user, time, kind });
  return `${was.slice(0, -1)},${by.slice(1, -1).replace(/,?"amends":"[^"]*"/, '')},${own.slice(1)}`;
}

/** Whether a trade does not cost more than it brings. */
function canBe(message: WireEvent): boolean {
  const { trade, commission = 0n } = readEvent(message);
  if (trade === undefined) return true;
  return trade.side === 'sell' ? commission <= trade.value : trade.value + commission >= 0n;
}
