// What the command runs in the suite about topics on Kafka: notices that are sent in transactions.
import { isNoticed, noticeOf, notices, sales } from '@stockafolio/conformance';
import { into, pipeline, topic } from '@stockafolio/core';
import { filter, map } from 'rxjs';

export default pipeline('announcing', { sales }, ({ sales }) => [
  into(topic(notices, { transactional: true }), sales.pipe(filter(isNoticed), map(noticeOf))),
]);
