import { runSourceContract } from '@stockafolio/conformance';
import { memoryTopic } from './index.js';

const clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
};

runSourceContract('memoryTopic', {
  patience: 100,
  async fresh() {
    const topic = memoryTopic({ clock, identity: 'topic-one' });
    const namesake = memoryTopic({ clock, identity: 'topic-two' });
    return {
      source: async () => topic.source(),
      producer: async () => topic,
      namesake: async () => namesake.source(),
      async expire(before) {
        topic.expire(0, before);
        return before;
      },
      destroy: async () => undefined,
    };
  },
});
