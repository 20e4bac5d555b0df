import { runService } from '@lacuna/service-kit';
import { logCollect } from './index.ts';

await runService(logCollect);
