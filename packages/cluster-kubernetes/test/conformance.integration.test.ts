import { describeClusterConformance } from '@lacuna/cluster/conformance';
import { FEATURES, openSubject } from './kubernetes-subject.ts';
import { describeOn } from './describe-on.ts';

describeOn('fake', 'Kubernetes', () => {
  describeClusterConformance('a fake node', { open: () => openSubject('fake'), features: FEATURES.fake });
});
