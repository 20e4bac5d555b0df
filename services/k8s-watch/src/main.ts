import { runService } from '@lacuna/service-kit';
import { k8sWatch } from './index.ts';

await runService(k8sWatch);
