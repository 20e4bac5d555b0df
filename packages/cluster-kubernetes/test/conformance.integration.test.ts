import { describeClusterConformance } from '@lacuna/cluster/conformance';
import { FEATURES, openSubject, PATIENT } from './kubernetes-subject.ts';
import { describeOn } from './describe-on.ts';

describeOn('fake', 'Kubernetes', () => {
  describeClusterConformance('a fake node', { open: () => openSubject('fake', PATIENT), features: FEATURES.fake });
});
