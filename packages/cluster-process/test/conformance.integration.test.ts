import { describeClusterConformance } from '@lacuna/cluster/conformance';
import { FEATURES, openSubject } from './process-subject.ts';

describeClusterConformance('local processes', { open: openSubject, features: FEATURES });
