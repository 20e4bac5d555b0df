import { describeClusterConformance } from '../conformance/index.ts';
import { programOf } from '../conformance/programs.ts';
import { FakeCluster } from '../src/fake/index.ts';

describeClusterConformance('the fake', {
  features: { signals: true, seals: true, patienceMs: 2_000 },
  open: () => {
    const cluster = new FakeCluster();
    cluster.behave(() => true, { program: ({ command }) => programOf(command) });
    return Promise.resolve({
      cluster,
      interrupt: () => Promise.resolve(cluster.unwatched()),
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    });
  },
});
