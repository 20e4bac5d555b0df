/** A cluster in memory for tests of services. It passes the conformance suite; it runs nothing. */
export { FakeCluster, type Behaviour, type EnsureStep } from './fake-cluster.ts';
export { FakePod, type FakeEnd, type Program } from './fake-pod.ts';
