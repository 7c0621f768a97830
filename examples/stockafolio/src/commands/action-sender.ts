import { SentBefore, type Toolkit } from '@stockafolio/cli';
import { keyBytes, StockafolioError } from '@stockafolio/core';
import type { OutgoingMessage, Producer } from '@stockafolio/core/ports';
import type { CorporateAction } from '../action-stream.js';
import { actionForm } from '../wire-forms.js';

/** Sends corporate actions, each once: those that the target has already are left out. */
export class ActionSender {
  readonly #producer: Producer;
  readonly #sent: SentBefore;
  readonly #now: () => number;
  /** By id, what was there. */
  readonly #there: ReadonlyMap<string, CorporateAction>;
  /** By partition, the one with the latest time. */
  readonly #latest: ReadonlyMap<number, CorporateAction>;

  private constructor(
    producer: Producer,
    sent: SentBefore,
    now: () => number,
    there: ReadonlyMap<string, CorporateAction>,
    latest: ReadonlyMap<number, CorporateAction>,
  ) {
    this.#producer = producer;
    this.#sent = sent;
    this.#now = now;
    this.#there = there;
    this.#latest = latest;
  }

  /** @param to a topic or log; made with one partition if there is none */
  static async open(to: string, toolkit: Toolkit): Promise<ActionSender> {
    const producer = await toolkit.openProducer(to, 1, 'murmur2');
    try {
      const there = new Map<string, CorporateAction>();
      const latest = new Map<number, CorporateAction>();
      const sent = await SentBefore.open(toolkit.openSource(to), 'murmur2', 0, (partition, value) => {
        const action = actionIn(value);
        if (action === undefined) return;
        there.set(action.id, action);
        if (action.time >= (latest.get(partition)?.time ?? Number.NEGATIVE_INFINITY)) latest.set(partition, action);
      });
      return new ActionSender(producer, sent, () => toolkit.clock.now(), there, latest);
    } catch (error) {
      await producer.close();
      throw error;
    }
  }

  /**
   * Sends those of the next actions that are not there yet, in this order; returns how many.
   *
   * @throws ERR_BAD_RECORD if an action was sent before with other words, or one that is later than a new one; none is sent
   */
  async send(actions: readonly CorporateAction[]): Promise<number> {
    const messages = actions.map((action) => ({ ...messageOfAction(action, this.#now()), action }));
    const unsent = await this.#sent.unsent(messages);
    for (const message of unsent) this.#expectNew(message.action, this.#latest.get(this.#sent.partitionOf(message)));
    if (unsent.length > 0) await this.#producer.append(unsent);
    return unsent.length;
  }

  async close(): Promise<void> {
    await this.#sent.close();
    await this.#producer.close();
  }

  #expectNew({ id, time }: CorporateAction, latest: CorporateAction | undefined): void {
    if (this.#there.has(id)) {
      throw new StockafolioError('ERR_BAD_RECORD', `an action '${id}' was sent before, and is another one there`, {
        hint: 'give this one an id of its own; to change what has counted, send an action that undoes it first',
      });
    }
    if (latest === undefined || time >= latest.time) return;
    throw new StockafolioError(
      'ERR_BAD_RECORD',
      `action '${id}' is earlier than '${latest.id}', which was sent before`,
      {
        hint: `give it a time from ${new Date(latest.time).toISOString()} on, or send an event to each account`,
      },
    );
  }
}

/**
 * An action as a message: actions of a symbol are in one partition, in order. It bears the action's own time, as generated trades do,
 * so that an action of the past counts among events of its time where these are read after it.
 */
function messageOfAction(action: CorporateAction, now: number): OutgoingMessage {
  return { key: keyBytes(action.symbol), value: actionForm.encode(action), timestamp: Math.min(action.time, now) };
}

/** Undefined for a message that is no action: the pipeline dead-letters it. */
function actionIn(value: Uint8Array): CorporateAction | undefined {
  try {
    return actionForm.decode(value);
  } catch {
    return undefined;
  }
}
