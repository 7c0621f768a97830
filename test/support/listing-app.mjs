// What the command runs in the suite about tombstones on Kafka.
export { listing as default } from '@stockafolio/conformance';
